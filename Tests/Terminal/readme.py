"""The screens in the README: text blocks below a comment that names them, captured by story.py and by nothing else."""

import os
import re

from screens import ROOT

README = os.path.join(ROOT, "README.md")
BLOCK = re.compile(r"(<!-- screen: (\w+) -->\n```\n)(.*?)(```\n)", re.DOTALL)


def shape(screen):
    """What is the same in every run: no keys, times, ports and pictures of keys. Things that happen at the same time
    may stand in either order."""
    lines = []
    for line in screen.splitlines():
        line = re.sub(r"\w+day \d+ \w+ \d{4}", "DAY", line)
        line = re.sub(r"[█▀▄]+", "", re.sub(r"mesh-tui-\w+", "FOLDER", line))
        line = re.sub(r"\d+[ms]?s\b|\b[0-9a-f]{4,}\b|\d+", "0", line)
        line = re.sub(r"(0 )+0?", "0 ", re.sub(r"\b(eager|lazy)\b", "push", line))
        lines.append(re.sub(r"─+", "─", re.sub(r"\s+", " ", line)).strip())
    return sorted(lines)


def write(screens):
    with open(README, encoding="utf-8") as file:
        text = file.read()
    trimmed = {name: "".join(line.rstrip() + "\n" for line in screen.rstrip("\n").splitlines())
               for name, screen in screens.items()}
    text = BLOCK.sub(lambda match: match[1] + trimmed[match[2]] + match[4], text)
    with open(README, "w", encoding="utf-8") as file:
        file.write(text)


def check(screens):
    with open(README, encoding="utf-8") as file:
        blocks = {match[2]: match[3] for match in BLOCK.finditer(file.read())}
    assert blocks, "the README has no screens"
    for name, block in blocks.items():
        here, there = shape(block), shape(screens[name].rstrip("\n"))
        if here != there:
            only = [line for line in here if line not in there], [line for line in there if line not in here]
            raise AssertionError(
                f"the README's screen {name!r} is not what the program shows; story.py --readme write mends it\n"
                f"only in the README: {only[0]}\nonly on the screen: {only[1]}\n{screens[name]}")
