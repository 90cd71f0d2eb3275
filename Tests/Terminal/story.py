"""The original's story on real screens: Alice, Bob and Charlie each run mesh-chat-tui in tmux."""

import argparse
import os
import re
import sys

import readme
from screens import Tmux


def wizard(person, nick, seed):
    person.sees("Welcome to mesh-chat: question 1 of 4")
    person.type(nick)
    person.sees("question 2 of 4")
    if seed:
        person.type(seed, enter=False)
    person.press("Enter")
    person.sees("question 3 of 4")
    person.press("C-u")
    person.type("127.0.0.1:0")
    person.sees("question 4 of 4")
    person.press("Space")
    person.press("Enter")
    return person.sees(f"You are: {nick}")


def identity(person):
    """The key and the line for a friend, as F4 shows them."""
    person.press("F4")
    screen = person.sees("Your identity", "To check ONE person", "└─ Esc close")
    lines = screen.splitlines()
    top = next(index for index, line in enumerate(lines) if "┌─ Your identity" in line)
    left, right = lines[top].index("┌─ Your identity"), lines[top].index("┐")
    # The picture for cameras stands beside the text, and what is too long for a row goes on in the next.
    text = re.sub(r"[█▀▄│\s]", "", "".join(line[left:right] for line in lines[top + 1:]))
    key = re.search(r"invitesyou\)([0-9a-f]{64})", text).group(1)
    line = re.search(rf"{key}@127\.0\.0\.1:\d+", text).group()
    person.press("Escape")
    return key, line


def play(tmux, show):
    """Returns the screens that the README shows."""
    screens = {}

    def look(title, screen, name=None):
        if show:
            print(f"== {title}\n{screen}")
        screens[name] = screen

    alice = tmux.start("alice", [])
    look("The first start asks four questions", alice.sees("Welcome"))
    started = wizard(alice, "alice", None)
    _, friend = identity(alice)
    look("Alice has started", started)

    bob = tmux.start("bob", [])
    started = wizard(bob, "bob", friend)
    look("Bob is turned away and told what to do", bob.sees("not invited yet", "F4 shows your key"))
    bob.press("C-e")
    look("Ctrl+E: his key", bob.sees("Your identity", "You are bob", "└─ Esc close"), "identity")
    bob.press("Escape")
    home = os.path.join(tmux.folder, "bob")
    assert os.path.getsize(os.path.join(home, ".config/mesh-chat/identity.key")) == 32

    alice.sees("says to be bob")
    alice.press("Tab")
    alice.sees("Invite (F2", "\"bob\"")
    alice.type("12x", enter=False)
    look("A wrong character is named", alice.sees("character 3 is \"x\""))
    alice.press("C-u")
    alice.press("Down")
    look("Tab on an empty line is Ctrl+I", alice.sees("a whole key"), "invite")
    alice.press("Enter")
    alice.sees("bob joined")
    bob.sees("alice joined", "mesh ok")

    bob.type("hello alice 日本語 👍")
    alice.sees("hello alice 日本語 👍")
    alice.type("hi bob")
    look("They talk, and see how far each message has come", alice.sees("hi bob", "✓"))
    bob.sees("hi bob")

    charlie = tmux.start("charlie", [])
    wizard(charlie, "charlie", friend)
    charlie.sees("not invited yet")
    stranger, _ = identity(charlie)
    bob.type(f"/invite {stranger}")
    charlie.sees("mesh ok")
    charlie.sees("hello alice", "hi bob")
    alice.sees("charlie joined")

    alice.type("/dm charlie only for you")
    alice.sees("@charlie")
    charlie.sees("unread @alice 1")
    charlie.press("M-a")
    look("A direct message has its own chat", charlie.sees("only for you", "@alice>"))

    alice.press("M-1")
    alice.sees("#default>")
    charlie.press("M-1")
    charlie.type("the relay moved to https://charlie-desktop.tail1234.ts.net:9000")
    alice.sees("the relay moved", "tail1234.ts.net:9000")
    alice.type("thanks, é and e\u0301")
    alice.type("hello wor", enter=False)
    look("The chat", alice.settles(r"thanks, é and .. +✓2/2", r"bob +\? +\d+ms", r"charlie +\? +\d+ms", "> hello wor"), "chat")
    alice.press("C-u")
    alice.press("F3")
    look("F3: members", alice.sees("Members 3 (F3"))
    alice.press("Escape")
    alice.type("/verify bob")
    look("A number to compare by voice", alice.sees("Verify bob", "SAME twelve groups"))
    alice.press("m")
    alice.sees("is verified")
    alice.press("F5")
    look("F5: the network", alice.sees("Network (F5", "my links"))
    alice.press("Escape")

    alice.type("/revoke charlie")
    look("Revoking asks for the name", alice.sees("Revoke charlie", "for ever"))
    alice.type("charlie")
    alice.sees("revoked")
    bob.sees("charlie was revoked by alice")
    alice.type("/quit")
    alice.sees("ended with 0")
    bob.sees("alice left")
    bob.press("C-c")
    bob.sees("ended with 0")
    charlie.press("C-d")
    charlie.sees("ended with 0")
    return screens


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", default="80x24")
    parser.add_argument("--show", action="store_true", help="print the screens")
    parser.add_argument("--readme", choices=["check", "write"], help="compare the README's screens, or write them anew")
    arguments = parser.parse_args()
    columns, rows = map(int, arguments.size.split("x"))
    tmux = Tmux(columns, rows)
    try:
        screens = play(tmux, arguments.show)
        if arguments.readme == "write":
            readme.write(screens)
        elif arguments.readme:
            readme.check(screens)
    finally:
        tmux.stop()
    print(f"the story of three people at {arguments.size}: all seen")


if __name__ == "__main__":
    sys.exit(main())
