"""mesh-chat-tui while messages pour in: how far it falls behind, how soon typing shows, what resizing and hostile text do.

`MESH_RATE` is how many messages a second the friend writes: 250 where nothing is said, which builds for debugging carry on
two shared cores; `MESH_BUILD=.build/release MESH_RATE=1000` gives the figures of the README.
"""

import os
import random
import re
import sys
import threading
import time
import unicodedata

from screens import LIMIT, LOOPBACK, Tmux
from terminal import CONTACT, Friend, invited, main, running

RATE = int(os.environ.get("MESH_RATE", "250"))
# In seconds. Where nothing is said the machine may be anybody's, and the check is that it does not fall behind for ever.
WITHIN = 1 if "MESH_RATE" in os.environ else 20


def pour(friend, lines, rate=RATE):
    """Writes lines at an even rate; `sent` gets the moment of each."""
    sent = []

    def work():
        begin = time.monotonic()
        for number, line in enumerate(lines):
            wait = begin + number / rate - time.monotonic()
            if wait > 0:
                time.sleep(wait)
            sent.append(time.monotonic())
            friend.write(line + "\n")

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread, sent


def median(values):
    return sorted(values)[len(values) // 2]


def test_ten_thousand_messages_are_shown_within_a_second_while_somebody_types():
    """A message counts from the moment it is written to the friend's standard input until its sign is read from the
    terminal; a key from the moment its byte is written to the terminal until its sign is read back. Both paths are those of
    a user; the signs are letters that stand nowhere else, since curses sends only what changes."""
    run = running(columns=200)
    friend = invited(run)
    run.read(1)
    before = run.resident()
    count, step = 10_000, 250
    signs = {number: chr(0x4E00 + number // step) for number in range(0, count, step)}
    # The next 25 have it too: where a frame takes long the first may have scrolled by, and the delay counts from there. One
    # that was missed altogether came before the next.
    lines = [f"{signs[number - number % step] if number % step < 25 else ''} message {number} of a flood" for number in range(count)]
    thread, sent = pour(friend, lines)
    delays, echoes, waiting, key = {}, [], None, 0
    run.output = b""
    end = time.monotonic() + count / RATE + LIMIT
    while len(delays) < len(signs):
        assert time.monotonic() < end, f"{len(delays)} of {len(signs)} signs seen; {run.output[-500:]!r}"
        if waiting is None and (not echoes or time.monotonic() > pressed + 0.1):
            waiting, pressed = "ΩΨ"[key % 2], time.monotonic()
            run.type("\x15" + waiting)
            key += 1
        run.read_once(0.05)
        now = time.monotonic()
        if waiting and waiting.encode() in run.output:
            echoes.append(now - pressed)
            waiting = None
        newest = max((number for number, sign in signs.items() if sign.encode() in run.output), default=-1)
        for number in signs:
            if number <= newest and number not in delays:
                delays[number] = now - sent[number]
        run.output = run.output[-64:]
    thread.join()
    grown = run.resident() - before
    print(f"        {count} messages at {RATE} a second: shown after {median(delays.values()) * 1000:.0f} ms (median), "
          f"{max(delays.values()) * 1000:.0f} ms (worst of {len(delays)}); keys after {median(echoes) * 1000:.1f} ms (median), "
          f"{max(echoes) * 1000:.0f} ms (worst of {len(echoes)}); {grown >> 10} MiB more")
    assert grown < 150_000, grown
    assert max(delays.values()) < WITHIN, delays
    run.type("\x03\x03")
    assert run.ends() == 0 and run.is_restored
    friend.close()
    run.close()


class Room:
    """Alice in tmux, with Bob invited."""

    def __init__(self, columns, rows):
        self.tmux = Tmux(200, 50)
        self.alice = self.tmux.start("alice", ["--nick", "alice", "--ephemeral", *LOOPBACK])
        self.friend = Friend("bob", re.search(CONTACT, self.alice.settles(CONTACT)).group())
        self.alice.type(f"/invite {self.friend.key}")
        self.alice.sees("bob joined")
        self.alice.resize(columns, rows)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.friend.close()
        self.tmux.stop()


def width(text):
    """In columns."""
    return sum(0 if unicodedata.category(letter) in ("Mn", "Me") else 2 if unicodedata.east_asian_width(letter) in "WF" else 1
               for letter in text)


def test_two_hundred_sizes_while_messages_come():
    with Room(80, 24) as room:
        chance = random.Random(1)
        thread, _ = pour(room.friend, [f"message {number} 日本語 {'x' * (number % 90)}" for number in range(1_000)] + ["the end Ж"])
        for _ in range(200):
            room.alice.resize(chance.randrange(20, 200), chance.randrange(5, 50))
        room.alice.resize(80, 24)
        room.alice.sees("the end Ж", "F2 Invite")
        # What stands there after all that is what a clean drawing shows.
        room.alice.settles(r"bob +\? +\d+ms")
        shown = room.alice.screen
        room.alice.press("C-l")
        drawn = room.alice.sees("the end Ж", "F2 Invite")
        plain = [[re.sub(r"\d+ms|\d\d:\d\d", "", line) for line in screen.splitlines()] for screen in (shown, drawn)]
        assert plain[0] == plain[1], shown + drawn


def test_wide_and_combining_characters_stay_in_their_columns():
    texts = ["日本語のテキスト", "한국어", "e\u0301a\u0308o\u0302 combining", "👍 emoji", "ﾊﾝｶｸ half", "नमस्ते", "ไทย", "עברית", "a" * 60 + "日" * 20]
    with Room(80, 24) as room:
        for text in texts:
            room.friend.write(text + "\n")
        room.friend.write("the end\n")
        screen = room.alice.sees("the end", "F2 Invite", "Members 2/2")
        rows = [line for line in screen.splitlines()[2:20]]
        assert len(rows) == 18
        for row in rows:
            left, bar, _ = row.rpartition("│")
            assert bar and width(left) == 61, f"{width(left)} columns: {row}"


ALLOWED = re.compile(
    rb"\x1b\[[0-9;]*[A-HJKLMPSTXdhlmr@]"  # cursor, erasing, attributes as curses sends them
    rb"|\x1b\[\?(?:1|12|25|1004|1007|1049|2004)(?:;\d+)?[hl]|\x1b\[>(?:4;[02]m|1u)|\x1b\[<u|\x1b\[\?u|\x1b\[\d*t|\x1b\[\d+;\d+;\d+t"
    rb"|\x1b[()][0B]|\x1b[78=>M]|\x1b\]8;(?:id=\d+)?;[!-~]*\x1b\\|[\r\n\x08\x07\x0f]")


def test_hostile_text_reaches_the_terminal_as_text_only():
    chance = random.Random(2)
    pieces = ["\x1b", "\x1b]0;title\x07", "\x1b[66;66H", "\x1b]52;c;eA==\x07", "\x9b31m", "\x85", "\u202e", "\u2066", "\u200b", "\x07",
              "\x00", "\x08", "\r", "\t", "\x7f", "\ufeff", "\U000e0041", "a", "日", "e\u0301", "https://x\x1b\\y", "👍\u200d"]
    run = running(columns=120)
    run.read(0.5)
    run.resize(24, 200)
    run.type("\x0c")
    friend = invited(run)
    run.output = b""
    for number in range(2_000):
        friend.write(f"{number}" + "".join(chance.choice(pieces) for _ in range(chance.randrange(1, 9))) + "\n")
    friend.write("the end Ж\n")
    run.sees("Ж")
    rest = ALLOWED.sub(b"", run.output).decode()
    bad = {f"U+{ord(letter):04X}" for letter in rest if unicodedata.category(letter) in ("Cc", "Cf", "Co", "Cn", "Zl", "Zp")}
    assert not bad, bad
    assert b"\x1b[66;66H" not in run.output and b"\x1b]52" not in run.output
    run.type("\x03\x03")
    assert run.ends() == 0 and run.is_restored
    friend.close()
    run.close()


if __name__ == "__main__":
    sys.exit(main(globals(), __doc__))
