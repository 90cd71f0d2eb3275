#!/usr/bin/env python3
"""Kills real nodes at random moments and shows that nothing is lost.

Groups of three nodes on loopback write to each other, one line after the other, while one of them after the other is
killed with SIGKILL and started again; now and then two or all three at once. The wall clock runs 3,600 times faster
(fast_clock.c), so prekeys are made, turned and erased all the time. Checked are:

- after each kill: SQLite's integrity check on a copy of the files as they lie there;
- after each start: every message that the node has ever acknowledged or shown is there, before anybody helps;
- over all runs: no node shows a message twice;
- at the end: all three hold the same messages, among them each acknowledged one, each once, with its text; direct
  messages at their two ends only; the nick is the last one acknowledged; `mesh-node history check` says ok; the
  identity and the key of the store are the bytes they were, and no half-written file lies beside them.

Only the standard library. Exit code 0 when all holds, 1 with the first difference otherwise.
"""

import argparse
import concurrent.futures
import os
import pathlib
import random
import shutil
import sys
import tempfile
import threading
import time

from mesh_programs import Ended, Node, compiled, found_group, free_ports, programs

NAMES = ("alice", "bob", "charlie")
CLOCK_RATE = 3_600
# A node's memory holds 10,000 messages, and the end compares what is in memory: so many lines of one node for a kill.
LINES_A_KILL, MOST_KILLS = 7, 400
# The longest time between a start and the kill of this run, and between two lines of one node, in seconds.
LONGEST_RUN, LONGEST_PAUSE = 0.6, 0.12


class Lost(Exception):
    """What was promised does not hold."""


class Diary:
    """What a node has promised over all its runs: messages acknowledged to their writer or shown to the reader."""

    def __init__(self):
        self.lock = threading.Lock()
        self.pending = {}
        self.messages = {}
        self.shown = {}
        self.nick = None
        self.possible_nicks = set()
        self.problems = []
        self.last_index = 0

    def take(self, line):
        with self.lock:
            if line["type"] == "message":
                self.shown[line["id"]] = self.shown.get(line["id"], 0) + 1
                if self.shown[line["id"]] > 1:
                    self.problems.append(f"shown twice: {line['text']}")
                self.messages[line["id"]] = line["text"]
            elif line["type"] == "ack" and line.get("ref") in self.pending:
                kind, value = self.pending.pop(line["ref"])
                if kind == "nick":
                    self.nick, self.possible_nicks = value, {value}
                else:
                    self.messages[line["id"]] = value

    def promise(self, kind, value):
        """A ref for a command; its answer is noted."""
        ref = os.urandom(6).hex()
        with self.lock:
            self.pending[ref] = (kind, value)
            if kind == "nick":
                self.possible_nicks.add(value)
        return ref


class Person:
    """A node with its diary, and a thread that writes lines whenever the node runs."""

    def __init__(self, node, seeds, rng):
        self.node, self.seeds, self.rng = node, seeds, rng
        self.diary = Diary()
        node.on_line = self.diary.take
        self.runs = threading.Event()
        self.is_over = threading.Event()
        self.friends = []
        self.count, self.allowance = 0, LINES_A_KILL
        self.thread = threading.Thread(target=self._write, daemon=True)

    def _write(self):
        while not self.is_over.is_set():
            self.runs.wait(0.1)
            if self.runs.is_set() and self.count < self.allowance:
                self._write_one()
            time.sleep(self.rng.random() * LONGEST_PAUSE)

    def _write_one(self):
        self.count += 1
        dice = self.rng.random()
        if dice < 0.05:
            nick = f"{self.node.name}{self.count}"
            self.node.write(cmd="nick", nick=nick, ref=self.diary.promise("nick", nick))
        elif dice < 0.2:
            friend = self.rng.choice(self.friends)
            text = f"{self.node.name} to {friend.node.name} {self.count}"
            self.node.write(cmd="dm", to=friend.key, text=text, ref=self.diary.promise("text", text))
        else:
            text = f"{self.node.name} {self.count} " + "x" * self.rng.randrange(400)
            self.node.write(cmd="send", text=text, ref=self.diary.promise("text", text))

    def start(self):
        self.node.start(*[part for seed in self.seeds for part in ("--seed", seed)])
        self.runs.set()

    def kill(self):
        self.runs.clear()
        self.node.kill()
        with self.diary.lock:
            self.diary.pending.clear()

    def recall(self):
        """Everything promised by earlier runs is there at once; indices only grow, with a margin for the unstored."""
        with self.diary.lock:
            promised = dict(self.diary.messages)
        history = self.node.history(max(0, self.diary.last_index - 500))
        if self.diary.last_index == 0:
            self.known = {}
        self.known.update({message["id"]: message["text"] for message in history})
        self.diary.last_index = max([self.diary.last_index] + [message["index"] for message in history])
        for id, text in promised.items():
            if self.known.get(id) != text:
                raise Lost(f"{self.node.name} has promised \"{text[:40]}\" ({id[:8]}) and does not have it after a kill")


class Group:
    def __init__(self, number, kills, folder, root, seed, clock):
        self.number, self.kills, self.rng = number, kills, random.Random(f"{seed}/{number}")
        self.root = pathlib.Path(root) / f"group{number}"
        ports = free_ports(3)
        self.nodes = [Node(folder, name, self.root, port, clock) for name, port in zip(NAMES, ports)]
        self.done = self.starts_cut = self.turned = 0

    def play(self):
        nodes, self.started = self.nodes, time.monotonic()
        found_group(nodes)
        contacts = [node.ask("status")["contact"] for node in nodes]
        self.people = []
        for node in nodes:
            seeds = [contact for other, contact in zip(nodes, contacts) if other is not node]
            person = Person(node, seeds, random.Random(self.rng.random()))
            person.key = node.ask("status")["id"]
            person.files = [node.configuration / "identity.key", node.state / "store.key"]
            person.secrets = [file.read_bytes() for file in person.files]
            if [len(secret) for secret in person.secrets] != [32, 32]:
                raise Lost(f"{node.name} has keys of another size")
            self.people.append(person)
        for person in self.people:
            person.friends = [other for other in self.people if other is not person]
            person.runs.set()
            person.thread.start()
        told = 0
        while self.done < self.kills:
            self.kill_some()
            if self.done >= told + 50:
                told = self.done
                self.tell()
        self.finish()
        return self

    def tell(self):
        seconds = time.monotonic() - self.started
        count = len(self.people[0].diary.messages)
        print(f"group {self.number}: {self.done} kills, {count} messages, {seconds:.0f} s", flush=True)

    def kill_some(self):
        dice = self.rng.random()
        victims = self.rng.sample(self.people, 3 if dice < 0.03 else 2 if dice < 0.1 else 1)
        time.sleep(self.rng.random() * LONGEST_RUN)
        for person in victims:
            person.kill()
        for person in victims:
            self.done += 1
            verdict = person.node.integrity(self.root)
            if verdict not in (None, "ok"):
                raise Lost(f"{person.node.name} after kill {self.done}: integrity check says {verdict}")
        for person in self.people:
            person.allowance = LINES_A_KILL * (self.done + 1)
        for person in victims:
            person.start()
        if self.rng.random() < 0.3:
            # The next kill may come at any moment of the start, before it is ready.
            self.starts_cut += len(victims)
            return
        for person in self.people:
            self.check_alive(person)

    def check_alive(self, person):
        person.node.ask("status")
        person.recall()
        if person.diary.problems:
            raise Lost(f"{person.node.name}: {person.diary.problems[0]}")

    def finish(self):
        for person in self.people:
            person.is_over.set()
            person.thread.join()
        # A node that answers has worked through what was written to it before.
        for person in self.people:
            self.check_alive(person)
        end, difference = time.monotonic() + 120, "unknown"
        while difference:
            if time.monotonic() > end:
                raise Lost(f"the three do not agree after two minutes: {difference}")
            time.sleep(0.5)
            histories = [person.node.history() for person in self.people]
            difference = self.difference(histories)
        for person in self.people:
            self.check_rest(person)
        if self.turned == 0:
            raise Lost("no prekey was turned, so the clock did not run fast")
        self.messages = len({message["id"] for history in histories for message in history})
        self.acknowledged = sum(len(person.diary.messages) for person in self.people)

    def difference(self, histories):
        """What keeps the three histories from being what they should be; None when nothing does."""
        promised = {}
        for person in self.people:
            promised.update(person.diary.messages)
        group = []
        for person, history in zip(self.people, histories):
            ids = [message["id"] for message in history]
            if len(set(ids)) != len(ids):
                return f"{person.node.name} holds a message twice"
            group.append([message["id"] for message in history if not message["direct"]])
            expected = {id for id, text in promised.items() if self.is_for(person, text)}
            missing = expected - set(ids)
            if missing:
                return f"{person.node.name} lacks {len(missing)}, such as {promised[missing.pop()][:40]}"
            for message in history:
                if not self.is_for(person, message["text"]):
                    return f"{person.node.name} holds {message['text'][:40]}"
                if promised.get(message["id"], message["text"]) != message["text"]:
                    return f"{person.node.name} holds another text for {message['id'][:8]}"
        if not group[0] == group[1] == group[2]:
            return f"{[len(part) for part in group]} messages in different order or number"
        return None

    @staticmethod
    def is_for(person, text):
        words = text.split(" ")
        return words[1] != "to" or person.node.name in (words[0], words[2])

    def check_rest(self, person):
        node = person.node
        nick = node.ask("status")["nick"]
        if person.diary.nick and nick not in person.diary.possible_nicks:
            raise Lost(f"{node.name} is called {nick}, and {person.diary.nick} was acknowledged")
        if node.quit() != 0:
            raise Lost(f"{node.name} did not quit in order")
        if node.integrity(self.root) != "ok":
            raise Lost(f"{node.name}: integrity check says {node.integrity(self.root)}")
        self.turned += node.highest_row(self.root, "prekey") - 2
        check = node.run("history", "check")
        if check.returncode != 0 or check.stdout.strip() != "ok":
            raise Lost(f"{node.name}: history check says {check.stdout}{check.stderr}")
        for file, secret in zip(person.files, person.secrets):
            if file.read_bytes() != secret:
                raise Lost(f"{node.name}: {file.name} has changed")
        allowed = {"identity.key", "config.toml"}, {
            "store.key", "network", "trust", "nick", "lock", "history.sqlite", "history.sqlite-wal",
            "history.sqlite-shm"}
        for folder, names in zip((node.configuration, node.state), allowed):
            left = {file.name for file in folder.iterdir()} - names
            if left:
                raise Lost(f"{node.name}: {left} lie about in {folder}")


def fast_clock(root):
    """The environment in which the wall clock runs faster."""
    return {
        "LD_PRELOAD": str(compiled("fast_clock", root)), "MESH_CLOCK_START": str(int(time.time())),
        "MESH_CLOCK_RATE": str(CLOCK_RATE)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=300, help="in all (default: 300)")
    parser.add_argument("--groups", type=int, default=2, help="so many groups at the same time (default: 2)")
    parser.add_argument("--seed", default=str(random.SystemRandom().randrange(1 << 32)), help="of the random moments")
    parser.add_argument("--programs", help="the folder with the programs (default: .build/debug)")
    options = parser.parse_args()
    share = -(-options.kills // options.groups)
    if share > MOST_KILLS:
        parser.error(f"at most {MOST_KILLS} kills in each group; for more see scripts/soak-kill.sh")
    folder = programs(options.programs)
    started = time.monotonic()
    root = tempfile.mkdtemp(prefix="mesh-kill-")
    print(f"seed {options.seed}, {root}", flush=True)
    clock = fast_clock(root)
    groups = [Group(number, share, folder, root, options.seed, clock) for number in range(options.groups)]
    try:
        with concurrent.futures.ThreadPoolExecutor(options.groups) as pool:
            played = list(pool.map(Group.play, groups))
    except (Lost, Ended, TimeoutError) as problem:
        print(f"LOST: {problem}; everything is left in {root}", file=sys.stderr, flush=True)
        os._exit(1)
    finally:
        for group in groups:
            for node in group.nodes:
                if node.process and node.process.poll() is None:
                    node.process.kill()
    seconds = time.monotonic() - started
    print(
        f"{sum(group.done for group in played)} kills, {sum(group.starts_cut for group in played)} starts that were "
        f"not waited for, {sum(group.messages for group in played)} messages, "
        f"{sum(group.acknowledged for group in played)} promises kept, "
        f"{sum(group.turned for group in played)} prekeys turned, {seconds:.0f} s")
    shutil.rmtree(root)


if __name__ == "__main__":
    main()
