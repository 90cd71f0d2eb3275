"""What is typed into mesh-chat and into mesh-chat-tui gets the same words: both are looked at in tmux."""

import re
import sys

from screens import LOOPBACK, Tmux

# All that answers with a sentence; /members, /me, /network, /help, /keys and /verify of a known member open views there.
LINES = [
    "/histroy", "/history", "/history 0", "/history x", "/who-has", "/who-has -1", "/clear", "/clear no", "/accept",
    "/accept nobody", "/invite", "/invite 12", "/invite xyz", "/dm", "/dm nobody", "/dm nobody hi", "/verify nobody",
    "/verify nobody ok", "/trust nobody", "/revoke nobody", "/nick", "/nick " + "x" * 40, "/network refound", "/network forget",
    "/network what", "/help what", "/me now", "/invite {key}", "/who-has 7", "/network forget", "/clear yes",
]


def said(screen):
    """All that stands there, without the columns it stands in."""
    rows = [re.sub(r"^\d\d:\d\d +[*!…] │|^ {5,}│", "", line) for line in screen.splitlines()]
    return re.sub(r"\s+", "", "".join(rows))


def answers(screen, line, mark):
    """The rows between a typed line and the one typed after it."""
    rows = screen.splitlines()
    end = rows.index(mark)
    start = max(index for index, row in enumerate(rows[:end]) if row == line.rstrip())
    assert end > start + 1, f"no answer to {line!r}"
    return rows[start + 1:end]


def main():
    tmux = Tmux(200, 50)
    try:
        arguments = ["--nick", "alice", "--ephemeral", *LOOPBACK]
        plain = tmux.start("plain", [*arguments, "--invite-only"], program="mesh-chat")
        screen = tmux.start("screen", arguments)
        keys = []
        for person in (plain, screen):
            keys.append(re.search(r"([0-9a-f]{64})@", person.settles(r"[0-9a-f]{64}@127")).group(1))
        screen.press("F6")
        for person in (plain, screen):
            person.type("hello")
            person.sees("not sent, you are in no network yet: /invite KEY founds one")
        # The whole screen gives the line back.
        screen.sees("#mesh> hello")
        screen.press("C-u")
        for number, line in enumerate(LINES):
            typed = line.replace("{key}", keys[0])
            plain.type(typed)
            # Typed on at once, the terminal's echo would stand in the middle of the answer.
            plain.settles(re.escape(typed) + r" *\n+[^\s/]")
            plain.type(f"/mark{number}")
            plain.sees(f"unknown command /mark{number},")
            screen.type(line.replace("{key}", keys[1]))
            sentences = [re.sub(r"\s+", "", row) for row in answers(plain.screen, typed, f"/mark{number}")]
            screen.until(lambda shown: all(sentence in said(shown) for sentence in sentences), f"{sentences} after {line!r}")
    finally:
        tmux.stop()
    print(f"{len(LINES)} lines: the same words from mesh-chat and mesh-chat-tui")


if __name__ == "__main__":
    sys.exit(main())
