#!/usr/bin/env python3
"""Measures how fast history reaches a newcomer: real programs, each message's signature checked, all of it stored."""

import argparse
import pathlib
import re
import shutil
import sys
import tempfile
import threading
import time

from mesh_programs import Node, found_group, programs


def fill(author, count):
    """Writes so many messages; returns when the last one is on the author's disk."""
    done = threading.Event()
    waiting = [count]

    def take(line):
        if line.get("ref") == "n":
            if line["type"] != "ack":
                raise SystemExit(f"send: {line}")
            waiting[0] -= 1
            if waiting[0] == 0:
                done.set()

    author.on_line = take
    for number in range(count):
        author.write(cmd="send", ref="n", text=f"message {number} of the history that a newcomer is to read")
    if not done.wait(600):
        raise SystemExit(f"{waiting[0]} messages were not acknowledged")
    author.on_line = lambda line: None


def pages(node, size=5_000):
    """All messages of a node by arrival, also those that are on its disk only."""
    messages, since = [], 0
    while page := node.ask("history", since=since, limit=size)["history"]:
        messages += sorted(page, key=lambda message: message["index"])
        since = messages[-1]["index"] + 1
    return messages


def memory(node):
    """The most that a program has used so far, in MiB."""
    status = pathlib.Path(f"/proc/{node.process.pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) >> 10


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=10_300,
                        help="more than the 10,000 that a node has in memory (default: 10,300)")
    parser.add_argument("--within", type=int, default=60, help="fail when it takes longer, in seconds (default: 60)")
    parser.add_argument("--programs", help="the folder with the programs (default: .build/debug)")
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    folder = programs(options.programs)
    root = tempfile.mkdtemp(prefix="mesh-newcomer-")
    alice, bob = Node(folder, "alice", root), Node(folder, "bob", root)
    try:
        found_group([alice])
        started = time.monotonic()
        fill(alice, options.messages)
        writing = time.monotonic() - started
        to_come = []
        bob.on_line = lambda line: line.get("type") == "catchUp" and to_come.append(line["missing"])
        key = bob.start("--nick", "bob", "--seed", alice.ask("status")["contact"]).ready()["id"]
        alice.ask("invite", key=key)
        started = time.monotonic()
        while to_come[-1:] != [0]:
            taken = time.monotonic() - started
            if taken > options.within:
                print(f"after {taken:.0f} s there is more to come: {to_come}", file=sys.stderr)
                if options.verbose:
                    print(alice.ask("status")["counters"], bob.ask("status")["counters"], sep="\n", file=sys.stderr)
                return 1
            bob.ask("status")
            time.sleep(0.05)
        taken = time.monotonic() - started
        if len(to_come) < 2 or to_come != sorted(to_come, reverse=True):
            print(f"bob was told to be so far behind: {to_come}", file=sys.stderr)
            return 1
        got, had = pages(bob), pages(alice)
        if [message["id"] for message in got] != [message["id"] for message in had] or len(had) != options.messages:
            print(f"the two histories differ: {len(got)} and {len(had)}", file=sys.stderr)
            return 1
        if any(message["from"]["nick"] != "alice" for message in got):
            print("some messages have another author", file=sys.stderr)
            return 1
        print(
            f"{len(got)} messages written in {writing:.1f} s ({len(got) / writing:.0f} a second), with a newcomer "
            f"after {taken:.1f} s ({len(got) / taken:.0f} a second), {len(to_come)} steps of progress shown; "
            f"{len(got) - bob.ask('status')['messages']} of them were read from the disk only")
        bob.quit()
        started = time.monotonic()
        bob.start().ready(120)
        print(f"started again with them in {time.monotonic() - started:.2f} s, with {memory(bob)} MiB")
        return 0
    finally:
        for node in (alice, bob):
            if node.process and node.process.poll() is None:
                node.kill()
        shutil.rmtree(root)


if __name__ == "__main__":
    sys.exit(main())
