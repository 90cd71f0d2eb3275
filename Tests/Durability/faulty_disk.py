#!/usr/bin/env python3
"""Lets single writes, fsyncs and changes of names fail under real nodes (faulty_disk.c) and shows what comes of it.

Starts: a new profile, one with history, and one whose prekeys are due, each with its k-th call failing, for all k that
a start makes, once or from there on. Runs: two nodes write to each other while each k-th call of one of them fails.
Checked are, each time:

- it ends with a documented exit code and a sentence, or runs; never by a signal, never without an answer;
- when it runs and has not warned of its storage, everything that it has acknowledged or shown survives a SIGKILL at
  that moment; when it has warned, at least what came before the first failed call;
- with the disk well again it says so, and then all of it survives;
- afterwards the profile opens: the same identity, SQLite's integrity check, `mesh-node history check`, nothing that is
  half written; and with the friend back both hold the same messages, each once.

Only the standard library. Exit code 0 when all holds, 1 with the first difference otherwise.
"""

import argparse
import concurrent.futures
import errno
import itertools
import mmap
import os
import pathlib
import random
import shutil
import signal
import struct
import sys
import tempfile
import time

from mesh_programs import Ended, Node, compiled, found_group, programs

WRITE, SYNC, TRUNCATE, RENAME, REMOVE, CREATE = 1, 2, 4, 8, 16, 32
ALL_KINDS = WRITE | SYNC | TRUNCATE | RENAME | REMOVE | CREATE
HALF = 0
CANNOT_CREATE = 73
HOURS = 3_600


class Wrong(Exception):
    """A program did something else."""


def check(holds, words):
    if not holds:
        raise Wrong(words)


class Disk:
    """What is to fail below a folder, for programs with this environment."""

    FIELDS = ("calls", "first", "every", "error", "kinds", "failed")

    def __init__(self, folder, file, library):
        pathlib.Path(file).write_bytes(bytes(8 * len(self.FIELDS)))
        with open(file, "r+b") as opened:
            self.map = mmap.mmap(opened.fileno(), 0)
        self.environment = {
            "LD_PRELOAD": str(library), "MESH_FAULT_FOLDER": str(folder), "MESH_FAULT_CONTROL": str(file)}

    def __getattr__(self, name):
        return struct.unpack_from("<q", self.map, 8 * self.FIELDS.index(name))[0]

    def set(self, **fields):
        # `first` decides whether anything fails, so it is set last.
        for name in sorted(fields, key=lambda name: name == "first"):
            struct.pack_into("<q", self.map, 8 * self.FIELDS.index(name), fields[name])

    def is_well(self):
        """Nothing fails any more; the counts begin anew."""
        self.set(first=0, calls=0, failed=0, kinds=ALL_KINDS)

    def fails(self, first, every, error, kinds=ALL_KINDS):
        """Of the calls of these kinds, counted from now, the one numbered `first`, and each `every`-th after it."""
        self.set(first=0)
        self.set(calls=0, failed=0, every=every, error=error, kinds=kinds, first=first)


class Watched(Node):
    """A node on a disk that may fail, and what it has promised in this run."""

    def __init__(self, folder, name, root, tools):
        (root / name).mkdir(parents=True)
        self.disk = Disk(root / name, root / f"{name}.faults", tools["faulty_disk"])
        super().__init__(folder, name, root, environment=self.disk.environment)
        self.fast_clock = tools["fast_clock"]
        self.on_line = self.take
        self.forget()

    def forget(self):
        """A new run: nothing is promised yet."""
        self.promised, self.safe, self.warnings, self.sending = {}, {}, [], {}

    def take(self, line):
        if line["type"] == "message":
            self.promise(line["id"], line["text"])
        elif line["type"] == "ack" and line.get("ref") in self.sending:
            self.promise(line["id"], self.sending[line["ref"]])
        elif line["type"] == "warning" and line["code"].startswith("storage"):
            self.warnings.append(line)

    def promise(self, id, text):
        self.promised[id] = text
        if self.disk.failed == 0:
            self.safe[id] = text

    def says(self, *texts, heard=()):
        """Says these lines and hears those. Answers and events do not wait for each other, but when a message is shown,
        so was every warning before it."""
        for text in texts:
            ref = os.urandom(6).hex()
            self.sending[ref] = text
            self.write(cmd="send", text=text, ref=ref)
        missing = {*texts, *heard}
        while missing:
            missing.discard(self.until(lambda line: line["type"] == "message")["text"])

    def about_messages(self):
        """What its last warning says of them; the network's state has warnings of its own."""
        return next((line["reason"] for line in reversed(self.warnings) if "messages" in line["reason"]), "")

    def owes(self):
        return "until they can be stored" in self.about_messages()

    def is_mended(self):
        """With the disk well again it says that all is stored."""
        self.disk.set(first=0)
        self.until(lambda line: line["type"] == "warning" and "messages are stored again" in line["reason"], 30)

    def later(self, hours):
        """From the next start on, the wall clock says this much more."""
        self.environment = {
            **self.disk.environment, "HOME": self.environment["HOME"], "PATH": self.environment["PATH"],
            "LD_PRELOAD": f"{self.disk.environment['LD_PRELOAD']}:{self.fast_clock}",
            # Twice as fast since this many hours ago.
            "MESH_CLOCK_START": str(int(time.time() - hours * HOURS)), "MESH_CLOCK_RATE": "2"}

    def ended(self):
        """It has ended by itself: with the code of what cannot be written, and a sentence that is to the point."""
        status = self.process.wait(20)
        self.let_go()
        said = self.notices()
        check(status == CANNOT_CREATE, f"exit {status}: {said[-400:]}")
        check("mesh-chat: " in said and "chmod" not in said, f"exit {status} without a good sentence: {said[-400:]}")
        return status


def tools(root):
    return {name: compiled(name, root) for name in ("faulty_disk", "fast_clock")}


def is_sound(node, root):
    """What lies on the disk, read while nobody runs."""
    check(node.integrity(root) in ("ok", None), f"integrity check: {node.integrity(root)}")


def leftovers(node):
    allowed = {
        "identity.key", "config.toml", "store.key", "network", "trust", "lock", "history.sqlite", "history.sqlite-wal"}
    return {file.name for folder in (node.configuration, node.state) for file in folder.iterdir()} - allowed


def reopened(node, root, identity, promised):
    """Started on a disk that is well, while no friend helps, it holds what was promised and is who it was."""
    node.disk.is_well()
    is_sound(node, root)
    node.forget()
    ready = node.start().ready()
    check(identity in (None, ready["id"]), "it has another identity")
    had = node.history()
    texts = {message["id"]: message["text"] for message in had}
    check(len(texts) == len(had), "it holds a message twice")
    lost = [text for id, text in promised.items() if texts.get(id) != text]
    check(not lost, f"{len(lost)} of {len(promised)} promised messages are gone, such as {lost[:1]}")
    check(not node.warnings, f"it warns on a disk that is well: {node.warnings}")
    return texts


def is_checked(node):
    check(node.quit() == 0, "it did not quit in order")
    result = node.run("history", "check")
    check(result.returncode == 0 and result.stdout.strip() == "ok", f"history check: {result.stdout}{result.stderr}")
    check(not leftovers(node), f"{leftovers(node)} lie about")


# Starts


class Starts:
    """One start after the other of copies of one profile, each with another fault."""

    def __init__(self, name, folder, root, tools, hours=None):
        self.name, self.root = name, root
        root.mkdir()
        self.node = Watched(folder, "anna", root, tools)
        self.nodes, self.hours, self.outcomes = [self.node], hours, {}
        self.flags = ("--nick", "anna")

    def prepare(self):
        """What each start begins with; how many calls one makes."""
        self.promised, self.identity = {}, None
        if self.hours is not None:
            found_group([self.node])
            for number in range(8):
                self.node.ask("send", text=f"old {number}")
            self.promised = {message["id"]: message["text"] for message in self.node.history()}
            self.identity = self.node.ask("status")["id"]
            self.node.quit()
            self.node.later(self.hours)
        shutil.copytree(self.node.home, self.root / "kept")
        self.node.disk.is_well()
        self.node.start(*self.flags).ready()
        self.node.ask("send", text="counted") if self.identity else self.node.ask("network", action="new")
        calls = self.node.disk.calls
        self.node.kill()
        self.prekeys = self.node.rows(self.root, "prekey")
        return calls

    def play(self, first, every, error, kinds=ALL_KINDS, mends=False):
        node = self.node
        shutil.rmtree(node.home)
        shutil.copytree(self.root / "kept", node.home)
        node.forget()
        node.disk.fails(first, every, error, kinds)
        identity, promised, outcome = self.identity, dict(self.promised), None
        node.start(*self.flags)
        try:
            identity = node.ready()["id"]
            outcome = self.use(node)
            if mends and node.owes():
                node.is_mended()
                outcome = "warned and mended"
            node.kill()
        except Ended:
            outcome = node.ended()
        promised.update(node.safe if outcome == "warned" else node.promised)
        self.outcomes[outcome] = self.outcomes.get(outcome, 0) + 1
        reopened(node, self.root, identity, promised)
        if self.identity:
            # Prekeys are made and erased before anything is said.
            node.says("said on a disk that is well")
        is_checked(node)
        prekeys = node.rows(self.root, "prekey")
        check(self.identity is None or prekeys == self.prekeys, f"{prekeys} prekeys are kept, not {self.prekeys}")

    def finish(self):
        """Each start was finished by itself."""

    def use(self, node):
        """A run on that disk: a network, a line."""
        answers = [node.ask("network", action="new")] if self.identity is None else []
        if self.identity or answers[0]["type"] == "ack":
            node.says("said on a bad disk")
        answers.append(node.ask("status"))
        for answer in answers:
            check(answer.get("code") in (None, "io"), f"{answer}")
        return "warned" if node.about_messages() else "warned of its state only" if node.warnings else "well"


# Runs


class Runs:
    """Two nodes that write to each other, one of them on a disk that fails now and then."""

    LINES = 6

    def __init__(self, name, folder, root, tools, hours):
        self.name, self.root = name, root
        root.mkdir()
        self.nodes = self.node, self.friend = Watched(folder, "anna", root, tools), Node(folder, "fred", root)
        self.outcomes, self.number = {}, 0

    def prepare(self):
        found_group([self.node, self.friend])
        self.identity = self.node.ask("status")["id"]
        self.all = {}

    def play(self, first, every, error, kinds=ALL_KINDS, mends=True):
        node, friend = self.node, self.friend
        node.disk.fails(first, every, error, kinds)
        for _ in range(self.LINES):
            self.number += 1
            friend.write(cmd="send", text=f"fred {self.number}")
            node.says(f"anna {self.number}", heard=[f"fred {self.number}"])
            answer = friend.ask("wait", messages=2 * self.number, timeoutMs=30_000)
            check(answer["type"] == "ack", f"the friend does not get what is said: {answer}")
        owes = node.owes()
        if owes and mends:
            node.is_mended()
        self.again(node.promised if mends or not owes else node.safe)
        outcome = "well" if not owes else "warned and mended" if mends else "warned"
        self.outcomes[outcome] = self.outcomes.get(outcome, 0) + 1

    def again(self, promised):
        """Killed at this moment, it has what it has promised; and with the friend's help everything."""
        node, friend = self.node, self.friend
        node.kill()
        self.all.update(promised)
        friend.process.send_signal(signal.SIGSTOP)
        try:
            self.all = reopened(node, self.root, self.identity, self.all)
        finally:
            friend.process.send_signal(signal.SIGCONT)
        for one in (node, friend):
            answer = one.ask("wait", messages=2 * self.number, timeoutMs=60_000)
            check(answer["type"] == "ack", f"{one.name} does not get the rest: {answer}")
        one, other = ([message["id"] for message in person.history()] for person in (node, friend))
        check(sorted(one) == sorted(other) and len(set(one)) == 2 * self.number, f"{len(one)} and {len(other)} messages")
        # What it fetches is in its history at once, and shown when it is on its disk: only that is promised.
        while len({**self.all, **node.promised}) < 2 * self.number:
            node.until(lambda line: line["type"] == "message")
        self.all.update(node.promised)

    def finish(self):
        is_checked(self.node)
        check(self.friend.quit() == 0, "the friend did not quit in order")


# All of them


ERRORS = {"EIO": errno.EIO, "ENOSPC": errno.ENOSPC, "half written": HALF}


def faults_of_a_start(calls):
    """Each call of a start, alone and with all after it."""
    for error, every, first in itertools.product(ERRORS, (0, 1), range(1, calls + 1)):
        kinds = WRITE if error == "half written" else ALL_KINDS
        # The pause before the next try takes five seconds.
        yield {"first": first, "every": every, "error": error, "kinds": kinds, "mends": first % 4 == 0}


def faults_of_a_run():
    """Each k-th call of a run, of all kinds or of one, and the disk well again before the kill or not."""
    pairs = [(WRITE, error) for error in ERRORS] + [(SYNC, "EIO"), (ALL_KINDS, "EIO"), (ALL_KINDS, "ENOSPC")]
    for (kinds, error), every, mends in itertools.product(pairs, (1, 2, 3, 5, 8, 13, 21, 34, 55), (True, False)):
        yield {"first": every, "every": every, "error": error, "kinds": kinds, "mends": mends}


def play(scene, faults, share, rng):
    """A scene with a share of its faults; how often it came to what."""
    for fault in sorted(rng.sample(faults, min(share, len(faults))), key=faults.index):
        words = ", ".join(f"{name} {value}" for name, value in fault.items())
        try:
            scene.play(**{**fault, "error": ERRORS[fault["error"]]})
        except (Wrong, Ended, TimeoutError) as problem:
            raise Wrong(f"{scene.name}: {words}: {problem}") from problem
    return scene.outcomes


def played(scene, faults_of, share, seed):
    try:
        faults = list(faults_of(scene.prepare()))
        outcomes = play(scene, faults, share or len(faults), random.Random(f"{seed}/{scene.name}"))
        scene.finish()
    finally:
        for node in scene.nodes:
            if node.process and node.process.poll() is None:
                node.process.kill()
    told = ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items(), key=str))
    print(f"ok: {scene.name}, {sum(outcomes.values())} of {len(faults)} faults: {told}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--programs", help="the folder with the programs (default: .build/debug)")
    parser.add_argument("--faults", type=int, default=20, help="so many of each kind; 0: all (default: 20)")
    parser.add_argument("--seed", default=str(random.SystemRandom().randrange(1 << 32)), help="of the choice")
    parser.add_argument("scenes", nargs="*", help="only these: new, again, due, run")
    options = parser.parse_args()
    folder, root = programs(options.programs), pathlib.Path(tempfile.mkdtemp(prefix="mesh-disk-"))
    print(f"seed {options.seed}, {root}", flush=True)
    scenes = {
        "new": (Starts, "starts of a new profile", None), "again": (Starts, "starts with a history", 0),
        "due": (Starts, "starts with prekeys that are due", 30), "run": (Runs, "runs", None)}
    made = tools(root)
    started = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(len(scenes)) as pool:
        futures = [
            pool.submit(
                played, kind(name, folder, root / key, made, hours),
                (lambda _: faults_of_a_run()) if kind is Runs else faults_of_a_start, options.faults, options.seed)
            for key, (kind, name, hours) in scenes.items() if key in options.scenes or not options.scenes]
        wrong = [future.exception() for future in futures if future.exception()]
    for problem in wrong:
        print(f"WRONG: {problem}; everything is left in {root}", file=sys.stderr, flush=True)
    if not wrong:
        shutil.rmtree(root)
    print(f"{time.monotonic() - started:.0f} s")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
