"""The real program on a terminal of its own: what it leaves behind, whatever ends it; keys as raw bytes; storms."""

import argparse
import fcntl
import os
import pty
import re
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time

from screens import BUILD, LIMIT, LOOPBACK

LEFT = b"\x1b[?1049l"
ENTERED = b"\x1b[?1049h"


class Run:
    """mesh-chat-tui under a pty; everything it writes is kept."""

    def __init__(self, *arguments, rows=24, columns=80, **variables):
        self.home = tempfile.mkdtemp(prefix="mesh-tui-")
        self.master, self.slave = pty.openpty()
        self.resize(rows, columns, tell=False)
        self.before = termios.tcgetattr(self.slave)
        environment = {"PATH": "/usr/bin:/bin", "HOME": self.home, "TERM": "xterm-256color", "LANG": "C.UTF-8", **variables}
        environment = {key: value for key, value in environment.items() if value is not None}
        self.process = subprocess.Popen(
            [os.path.join(BUILD, "mesh-chat-tui"), *arguments], stdin=self.slave, stdout=self.slave, stderr=self.slave,
            env=environment, start_new_session=True, preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        self.output = b""

    def read(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            ready, _, _ = select.select([self.master], [], [], max(0, end - time.monotonic()))
            if not ready:
                break
            try:
                self.output += os.read(self.master, 1 << 16)
            except OSError:
                break

    def sees(self, text, within=LIMIT):
        """In what is sent, not on a screen: what it looks for must come in one piece."""
        end = time.monotonic() + within
        while text.encode() not in self.output:
            if time.monotonic() > end or self.process.poll() is not None:
                self.read(0.2)
                if text.encode() in self.output:
                    return
                raise AssertionError(f"{text!r} was not shown, but {self.output[-3000:]!r}")
            self.read(0.05)

    def type(self, data):
        data = data.encode() if isinstance(data, str) else data
        while data:
            _, ready, _ = select.select([], [self.master], [], 0.05)
            if ready:
                data = data[os.write(self.master, data[:4096]):]
            self.read(0)
            ready, _, _ = select.select([self.master], [], [], 0)
            if ready:
                self.output += os.read(self.master, 1 << 16)

    def escape(self):
        """Closes a popup, and waits until it is closed: Esc and a key right behind it are Alt and that key."""
        self.read(0.05)
        self.output = b""
        self.type("\x1b")
        end = time.monotonic() + LIMIT
        while not self.output:
            assert time.monotonic() < end, "Esc changes nothing"
            self.read(0.05)
        self.read(0.05)

    def resize(self, rows, columns, tell=True):
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        if tell:
            os.kill(self.process.pid, signal.SIGWINCH)

    def ends(self, within=LIMIT):
        end = time.monotonic() + within
        while self.process.poll() is None and time.monotonic() < end:
            self.read(0.05)
        status = self.process.poll()
        if status is None:
            raise AssertionError(f"still running after {within} s: {self.output[-500:]!r}")
        self.read(0.1)
        return status

    @property
    def is_restored(self):
        return termios.tcgetattr(self.slave) == self.before and self.output.rfind(ENTERED) <= self.output.rfind(LEFT)

    def cpu(self):
        with open(f"/proc/{self.process.pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident(self):
        with open(f"/proc/{self.process.pid}/status") as file:
            return int(re.search(r"VmRSS:\s+(\d+)", file.read()).group(1))

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for descriptor in (self.master, self.slave):
            try:
                os.close(descriptor)
            except OSError:
                pass
        shutil.rmtree(self.home, ignore_errors=True)


def running(**options):
    run = Run("--nick", "alice", "--ephemeral", *LOOPBACK, **options)
    run.sees("You are: alice")
    return run


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


def test_a_kill_at_any_moment_of_the_start_restores_the_terminal():
    for step in range(12):
        run = Run("--nick", "alice", "--ephemeral", *LOOPBACK)
        run.read(0.05 * step)
        os.kill(run.process.pid, signal.SIGTERM)
        run.ends()
        assert run.is_restored, (step, run.output[-300:])
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
        "Invite (": ["\t", "\x1b[105;5u", "\x1b[27;5;105~", "\x1bOQ", "\x1b[12~", "\x1bi"],
        "Members ": ["\x1b[109;5u", "\x1b[27;5;109~", "\x1bOR", "\x1bm"],
        "Your identity": ["\x05", "\x1b[101;5u", "\x1bOS"],
        "Help (": ["\x08", "\x1b[104;5u", "\x1bOP", "\x1b[[A"],
        "Network (": ["\x1b[15~", "\x1bn"],
    }
    run = running()
    for title, keys in forms.items():
        for key in keys:
            run.output = b""
            run.type(key)
            run.sees(title)
            run.escape()
    run.type("\x03")
    assert run.ends() == 0
    run.close()


def test_terminals_and_locales():
    for term in ("xterm-256color", "xterm", "tmux-256color", "screen", "linux", "vt100"):
        for lang in (None, "C", "C.UTF-8", "xx_XX.nothing"):
            for no_color in (("1",) if lang == "C.UTF-8" else (None,)):
                run = running(TERM=term, LANG=lang, NO_COLOR=no_color)
                run.type("\x05")
                run.sees("Your identity")
                run.type("\x03\x03")
                assert run.ends() == 0, (term, lang, no_color)
                assert termios.tcgetattr(run.slave) == run.before
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
    run.output = b""
    run.type("after the storm")
    run.sees("storm")
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


class Friend:
    """mesh-chat in line mode, who is invited and writes what it is given."""

    def __init__(self, nick, contact):
        self.process = subprocess.Popen(
            [os.path.join(BUILD, "mesh-chat"), "--nick", nick, "--ephemeral", "--invite-only", "--seed", contact, *LOOPBACK],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env={"HOME": "/"})
        self.key = self.wait("For a friend: ").split("For a friend: ")[1][:64]

    def wait(self, text):
        for line in self.process.stderr:
            if text in line:
                return line
        raise AssertionError(f"the friend ended before {text!r}")

    def write(self, text):
        self.process.stdin.write(text)
        self.process.stdin.flush()

    def close(self):
        self.process.kill()
        self.process.wait()


def invited(run):
    """Alice's contact stands in her transcript in pieces; at 200 columns in one."""
    run.sees("For a friend: ")
    contact = re.search(rb"[0-9a-f]{64}@127\.0\.0\.1:\d+", run.output).group().decode()
    friend = Friend("bob", contact)
    run.type(f"/invite {friend.key}\r")
    run.sees("bob joined")
    return friend


def test_ten_thousand_messages_with_bounded_memory_while_somebody_types():
    run = running(columns=200)
    friend = invited(run)
    run.read(1)
    before = run.resident()
    count = 10_000
    begin = time.monotonic()
    friend.write("".join(f"message number {number} of a flood that somebody pours out\n" for number in range(count)))
    friend.write("the last one Ж\n")
    # Signs that stand nowhere else: curses sends only what changes, so longer words come in pieces.
    echoes = []
    is_over = False
    while not is_over:
        assert time.monotonic() - begin < 120, run.output[-500:]
        mark = "ΩΨ"[len(echoes) % 2]
        is_over = "Ж".encode() in run.output
        run.output = b""
        sent = time.monotonic()
        run.type(mark)
        run.sees(mark, within=LIMIT)
        echoes.append(time.monotonic() - sent)
        is_over = is_over or "Ж".encode() in run.output
        run.type("\x15")
        run.read(0.2)
        is_over = is_over or "Ж".encode() in run.output
    took = time.monotonic() - begin
    grown = run.resident() - before
    echoes.sort()
    print(f"        {count} messages in {took:.1f} s, {grown >> 10} MiB more, typing shown after "
          f"{echoes[len(echoes) // 2] * 1000:.0f} ms (median), {echoes[-1] * 1000:.0f} ms (worst)")
    assert grown < 150_000, grown
    run.type("\x03\x03")
    assert run.ends() == 0 and run.is_restored
    friend.close()
    run.close()


def test_a_closed_terminal_ends_the_program():
    run = running()
    os.close(run.slave)
    os.close(run.master)
    assert run.process.wait(LIMIT) is not None
    shutil.rmtree(run.home, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="parts of the names of tests")
    wanted = parser.parse_args().names
    tests = [(name, test) for name, test in globals().items() if name.startswith("test_")]
    for name, test in tests:
        if wanted and not any(part in name for part in wanted):
            continue
        begin = time.monotonic()
        test()
        print(f"{time.monotonic() - begin:5.1f} s  {name[5:].replace('_', ' ')}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
