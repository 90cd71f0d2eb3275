#!/usr/bin/env python3
"""Measures how fast history reaches a newcomer: real programs, each message's signature checked, all of it stored."""

import argparse
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


def read_in_pages(author, reader, more=300, size=2_000):
    """Of more messages than a node has in memory the oldest come from the disk."""
    fill(author, more)
    got, total = [], len(author.history()) + more
    deadline = time.monotonic() + 60
    while len(got) < total and time.monotonic() < deadline:
        since = max((message["index"] for message in got), default=-1) + 1
        got += reader.ask("history", since=since, limit=size)["history"]
    if len({message["id"] for message in got}) != total or [m["index"] for m in got] != list(range(total)):
        raise SystemExit(f"in pages {len(got)} messages were read, not {total}")
    in_memory = reader.ask("status")["messages"]
    print(f"{total} messages were read in pages, {total - in_memory} of them from the disk only")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=10_000)
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
        started, last = time.monotonic(), -1
        while last < options.messages:
            taken = time.monotonic() - started
            if taken > options.within:
                print(f"{last} of {options.messages} messages within {taken:.0f} s", file=sys.stderr)
                if options.verbose:
                    print(alice.ask("status")["counters"], bob.ask("status")["counters"], sep="\n", file=sys.stderr)
                return 1
            number = bob.ask("status")["messages"]
            if options.verbose and number != last:
                print(f"{taken:6.2f} s {number}")
            last = number
            time.sleep(0.05)
        taken = time.monotonic() - started
        got, had = bob.history(), alice.history()
        if [message["id"] for message in got] != [message["id"] for message in had]:
            print("the two histories differ", file=sys.stderr)
            return 1
        if any(message["from"]["nick"] != "alice" for message in got):
            print("some messages have another author", file=sys.stderr)
            return 1
        print(
            f"{len(got)} messages written in {writing:.1f} s ({len(got) / writing:.0f} a second), with a newcomer "
            f"after {taken:.1f} s ({len(got) / taken:.0f} a second)")
        if len(to_come) < 2 or to_come != sorted(to_come, reverse=True) or to_come[-1] != 0:
            print(f"bob was told to be so far behind: {to_come}", file=sys.stderr)
            return 1
        print(f"bob saw {len(to_come)} steps of progress, from {to_come[0]} messages to go down to none")
        read_in_pages(alice, bob)
        started = time.monotonic()
        bob.quit()
        bob.start().ready(120)
        print(f"started again with them in {time.monotonic() - started:.2f} s")
        return 0
    finally:
        for node in (alice, bob):
            if node.process and node.process.poll() is None:
                node.kill()
        shutil.rmtree(root)


if __name__ == "__main__":
    sys.exit(main())
