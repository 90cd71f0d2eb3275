"""What mesh-chat-tui leaves behind, whatever ends it, on whatever terminal; keys as raw bytes; storms."""

import os
import random
import re
import shutil
import signal
import sys
import tempfile
import termios
import time

from screens import LIMIT, LOOPBACK
from terminal import ENTERED, LEFT, Run, main, running


def test_every_end_restores_the_terminal():
    ends = [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGSEGV, signal.SIGABRT, signal.SIGILL, signal.SIGBUS]
    for number in ends:
        run = running()
        os.kill(run.process.pid, number)
        status = run.ends()
        polite = number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
        assert status == (0 if polite else -number), (number, status)
        assert run.is_restored, (number, run.output[-300:])
        assert b"Press space" not in run.output and b"Registers" not in run.output, number
        run.close()


def test_a_kill_at_any_moment_restores_the_terminal():
    seed = random.randrange(1 << 32)
    chance = random.Random(seed)
    for _ in range(24):
        run = Run("--nick", "alice", "--ephemeral", *LOOPBACK)
        end = time.monotonic() + chance.uniform(0, 1)
        while time.monotonic() < end:
            run.type(chance.choice(["word ", "\x05", "\x1bOP", "\x1b", "\x1bb", "/quit", "\x15", "\x0c"]))
            run.read(0.02)
        number = chance.choice([signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGSEGV])
        if number == signal.SIGSEGV:
            run.begins()
        os.kill(run.process.pid, number)
        run.ends()
        assert run.is_restored, (seed, number, run.output[-300:])
        run.close()


def test_leaving_the_wizard_leaves_nothing():
    run = Run(*LOOPBACK)
    run.sees("Welcome to mesh-chat")
    run.type("alice\r\r\r")
    run.sees("Find members on the local net")
    run.type("\x03")
    assert run.ends() == 0 and run.is_restored
    assert not os.listdir(run.home), os.listdir(run.home)
    run.close()


def test_settings_that_are_wrong_stop_the_start_and_right_ones_count():
    for text, words in (("port = 1\nprot = 2", ["line 2", "did you mean"]), ("[keys]\ninvte = [\"f2\"]", ["line 2", "invite"])):
        run = Run("--nick", "alice", *LOOPBACK, config=text)
        assert run.ends() == 78, run.output
        for word in [*words, "--no-config"]:
            assert word.encode() in run.output, (word, run.output)
        assert run.is_restored and not run.output.count(ENTERED)
        again = Run("--nick", "alice", "--no-config", *LOOPBACK, home=run.home)
        again.sees("You are: alice")
        again.type("\x03")
        assert again.ends() == 0
        again.close()
        run.close()
    run = Run(*LOOPBACK, config='nick = "alice"\n[keys]\ninvite = ["f9"]\nquit = ["ctrl-q"]\nempty_tab = "none"\n')
    run.sees("You are: alice")
    run.type("\t\x03\x1b[20~")
    run.sees("Invite (")
    run.escape()
    run.type("\x11")
    assert run.ends() == 0
    run.close()


def test_a_second_start_names_the_first():
    run = Run(*LOOPBACK, config='nick = "alice"')
    run.sees("You are: alice")
    second = Run(*LOOPBACK, home=run.home)
    assert second.ends() == 73 and f"mesh-chat-tui, process {run.process.pid};".encode() in second.output, second.output
    assert b"--profile" in second.output and not second.output.count(ENTERED)
    run.type("\x03")
    assert run.ends() == 0
    second.close()
    run.close()


def test_stop_and_continue():
    run = running()
    run.type("\x1a")
    end = time.monotonic() + LIMIT
    while open(f"/proc/{run.process.pid}/stat").read().rsplit(")", 1)[1].split()[0] != "T":
        assert time.monotonic() < end, "not stopped"
        run.read(0.05)
    run.read(0.1)
    assert run.is_restored
    count = run.output.count(b"You are: alice")
    os.kill(run.process.pid, signal.SIGCONT)
    end = time.monotonic() + LIMIT
    while run.output.count(b"You are: alice") == count:
        assert time.monotonic() < end, "not drawn anew"
        run.read(0.05)
    run.type("\x03")
    assert run.ends() == 0 and run.is_restored
    run.close()


def test_the_keys_of_the_table():
    forms = {
        "Invite (": ["\t", "\x1b[105;5u", "\x1b[27;5;105~", "\x1bOQ", "\x1b[12~", "\x1b[Q", "\x1bi", "\x1b[105;3u"],
        "Members ": ["\x1b[109;5u", "\x1b[27;5;109~", "\x1bOR", "\x1b[13~", "\x1bm", "\x1b[109;3u"],
        "Your identity": ["\x05", "\x1b[101;5u", "\x1b[27;5;101~", "\x1bOS", "\x1b[14~"],
        "Help (": ["\x08", "\x1b[104;5u", "\x1bOP", "\x1b[[A", "\x1b[11~"],
        "Network (": ["\x1b[15~", "\x1b[[E", "\x1bn", "\x1b[110;3u"],
        "find:": ["\x06", "\x1b[102;5u", "\x12", "\x1b[114;5u"],
    }
    run = running()
    for title, keys in forms.items():
        for key in keys:
            run.output = b""
            run.type(key)
            run.sees(title)
            run.escape()
    for key in ["\x03", "\x1b[99;5u", "\x1b[27;5;99~"]:
        run.type("a draft")
        run.sees("F2 Invite")
        run.output = b""
        run.type(key)
        run.sees("Ctrl+C again quits")
        run.output = b""
    run.type("x" + "\x1b[99;5u" * 2)
    assert run.ends() == 0 and run.is_restored
    run.close()


def test_keys_that_scroll_and_those_that_come_back():
    run = running()
    for number in range(40):
        run.type(f"/nothing{number}\r")
    run.redraws("/nothing39")
    # Where End leads back to is the newest line; each form of a key leaves it and comes back.
    for up in ["\x1b[5~", "\x1b[5;1~", "\x1b[57421u"]:
        for end in ["\x1b[F", "\x1bOF", "\x1b[4~", "\x1b[8~", "\x1b[6~"]:
            run.output = b""
            run.type(up)
            run.sees("End: newest")
            run.type(end)
            run.redraws("nothing39")
    run.output = b""
    run.type("\x1b[17~")
    run.sees("(/help lists all")
    run.redraws("nothing39")
    run.output = b""
    run.type("\x1bb")
    run.sees("* unknown command /nothing39")
    run.type("x\x03")
    assert run.ends() == 0 and run.is_restored
    run.close()


def test_the_editor_has_the_terminal_for_itself_and_gives_it_back():
    folder = tempfile.mkdtemp(prefix="mesh-tui-")
    # Ctrl+C in the editor is the editor's: this one writes only when it has got one. What it writes is not in its command.
    editor = """sh -c 'trap "touch $HOME/interrupted" INT; stty -g >$HOME/new; mv $HOME/new $HOME/modes
        until test -e $HOME/interrupted; do sleep 0.05; done; printf "edited\\ntw%sce" i >$0'"""
    run = running(TMPDIR=folder, EDITOR=editor)
    for keys in ["\x18\x05", "\x1be"]:
        run.output = b""
        run.type("draft" + keys)
        modes = os.path.join(run.home, "modes")
        end = time.monotonic() + LIMIT
        while not os.path.exists(modes):
            assert time.monotonic() < end, "the editor does not start"
            run.read(0.05)
        assert LEFT in run.output
        run.type("\x03")
        run.sees("twice")
        with open(modes) as file:
            assert file.read() == run.modes_before, "the editor got our modes"
        for name in ["modes", "interrupted"]:
            os.remove(os.path.join(run.home, name))
        run.type("\x15")
    assert not os.listdir(folder), os.listdir(folder)
    os.rmdir(folder)
    run.type("\x03\x03")
    assert run.ends() == 0 and run.is_restored
    run.close()


def test_terminals_and_locales():
    for term in ("xterm-256color", "xterm", "tmux-256color", "screen", "linux", "vt100"):
        for lang in (None, "C", "C.UTF-8", "xx_XX.nothing"):
            for no_color in (None, "1"):
                run = running(TERM=term, LANG=lang, NO_COLOR=no_color)
                run.type("\x05")
                run.sees("Your identity")
                run.type("\x03\x03")
                assert run.ends() == 0, (term, lang, no_color)
                assert termios.tcgetattr(run.slave) == run.before, (term, lang, no_color)
                is_ascii = all(byte < 0x80 for byte in run.output)
                assert is_ascii == (lang == "C"), (term, lang)
                coloured = re.search(rb"\x1b\[[0-9;]*3[1-7]m", run.output)
                assert not (no_color and coloured), (term, lang, coloured)
                run.close()
    for term in ("dumb", None, "nonsense-99"):
        run = Run("--nick", "a", "--ephemeral", *LOOPBACK, TERM=term)
        assert run.ends() == 1 and b"mesh-chat" in run.output and run.is_restored, (term, run.output)
        run.close()


def test_a_small_window_says_what_it_needs_and_a_storm_of_sizes_does_no_harm():
    run = running()
    run.resize(8, 30)
    run.sees("40x10")
    for step in range(200):
        run.resize(5 + step * 7 % 60, 20 + step * 13 % 200)
        run.read(0.002)
    run.resize(24, 80)
    run.type("after the storm")
    run.redraws("after the storm")
    run.type("\x03\x03")
    assert run.ends() == 0 and run.is_restored
    run.close()


def test_ten_megabytes_pasted():
    run = running()
    run.type(b"\x1b[200~" + b"word " * (2 << 20) + b"\x1b[201~")
    run.sees("was not taken")
    assert run.resident() < 200_000, run.resident()
    run.type("\x03")
    assert run.ends() == 0 and run.is_restored
    run.close()


def test_nothing_happens_nothing_is_used():
    run = running()
    run.read(2)
    before = run.cpu()
    run.read(5)
    used = run.cpu() - before
    # The node's heartbeats and gossip go on; the screen costs nothing.
    assert used < 0.15, f"{used} s of CPU in 5 s"
    run.type("\x03")
    run.ends()
    run.close()


def test_a_closed_terminal_ends_the_program():
    run = running()
    os.close(run.slave)
    os.close(run.master)
    assert run.process.wait(LIMIT) is not None
    shutil.rmtree(run.home, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(globals(), __doc__))
