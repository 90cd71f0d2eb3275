#!/usr/bin/env python3
"""Thirty simulated days with an image of bob's disk at each midnight: what do disk and keys open?

The test `ThirtyDaysTests` plays the days with real cryptography and a real store and writes down what went over the
wire. This script, which shares no code with it, is a thief with the store key, the identity key and the images up to a
day: it must open what the documents promise (story.py, and README, "How safe it is"), and nothing else.

Three thieves are played each day: with that day's image; with all images up to it; with those from day 10 on, which
find nothing from before. A fourth has the identity key and all images, and no store key. Bytes of erased rows are
looked for in all later images. Prints a table; exits with 1 and a sentence for each thing that is not as it was said.
"""

import argparse
import collections
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

from mesh_programs import REPOSITORY
from canaries import scalar
from story import FRESH, HOUR, LATE, LIFE, SENDABLE, Story
from thief import Image, Tapped, envelope, wire

# The third thief begins here.
SINCE = 10
COLUMNS = (3, 4, 5, 7, 5, 5, 6, 7, 9, 7, 10, 7)


class Judge:
    def __init__(self, folder):
        self.story = Story(folder)
        keys = self.story.keys
        self.owner = wire.Identity(bytes.fromhex(keys["seed"])).key
        self.tapped = Tapped((folder / "wire.bin").read_bytes(), bytes.fromhex(keys["network"]), self.owner)
        store_key = bytes.fromhex(keys["store"])
        self.folders = [folder / image["folder"] for image in self.story.images]
        self.images = [Image(place, store_key, self.owner) for place in self.folders]
        self.problems = []
        self.reach = collections.defaultdict(float)

    def fault(self, sentence):
        self.problems.append(sentence)

    def sealed_at(self, id_):
        """When it was first seen on the wire; what never was there has been stored at least."""
        message = self.tapped.messages.get(id_)
        return message.at if message else self.story.stored[id_]

    def name(self, id_):
        return f"message {id_.hex()[:8]} ({self.moment(self.sealed_at(id_))})"

    def moment(self, at):
        hours = (at - self.story.switched[0][0]) // HOUR
        return f"day {hours // 24}, hour {hours % 24}"

    # The thieves

    def opened(self, image):
        """What this image opens, by the messages that it holds and by what was recorded."""
        found = set()
        for id_, key in image.message_keys.items():
            of_key = self.tapped.opened_by_message_key(key)
            if of_key != {id_} & set(self.tapped.messages):
                self.fault(f"the key of message {id_.hex()[:8]} opens {len(of_key)} messages")
            found |= {id_} | of_key
        for private in image.prekeys:
            found |= self.tapped.opened_by_prekey(private)
        return found

    def compare(self, who, opened, must, may):
        """How many were opened that should not have been."""
        beyond = opened - may
        for id_ in sorted(beyond, key=self.sealed_at)[:3]:
            self.fault(f"{who} opens {self.name(id_)}, which neither the window nor the retention allows")
        if len(beyond) > 3:
            self.fault(f"{who} opens {len(beyond) - 3} more")
        if must - opened:
            self.fault(f"{who} does not open {len(must - opened)} that are kept, the first {self.name(min(must - opened))}")
        return len(beyond)

    def play_days(self):
        print("             with that day's image          images up to it  images since day 10\n"
              "day bob sent opened kept wire ahead beyond   opened beyond    opened beyond   left behind")
        pooled = {1: (set(), set(), set()), SINCE: (set(), set(), set())}
        left = Leftovers(self)
        for day, (noted, image) in enumerate(zip(self.story.images, self.images), 1):
            columns = self.judge_image(day, noted["at"], image, pooled)
            print(*(f"{value:{width}}" for value, width in zip(columns, COLUMNS)), f"{left.look(day, image):13}", sep="")

    def judge_image(self, day, at, image, pooled):
        """The columns of one day."""
        if image.unreadable:
            self.fault(f"{image.unreadable} rows of day {day} do not open")
        opened, ((must, live), (may, dying)) = self.opened(image), self.story.allowed(at, self.tapped)
        beyond = self.compare(f"day {day}'s image", opened, must, may)
        self.check_prekeys(day, {envelope.public_of(private) for private in image.prekeys}, live, dying)
        self.measure(at, image)
        sent = sum(message.at <= at for message in self.tapped.messages.values())
        ahead = sum(self.sealed_at(id_) > at for id_ in opened)
        columns = [day, " on" if self.story.is_on(at) else " off", sent, len(opened), len(image.message_keys),
                   len(opened - set(image.message_keys)), ahead, beyond]
        for first, sets in pooled.items():
            if day < first:
                columns += ["", ""]
                continue
            for pool, new in zip(sets, (opened, must, may)):
                pool |= new
            columns += [len(sets[0]), self.compare(f"the images of days {first} to {day}", *sets)]
        self.check_floor(day, pooled[SINCE][0])
        return columns

    def check_prekeys(self, day, held, live, dying):
        if held - dying:
            self.fault(f"day {day}'s image holds {len(held - dying)} prekeys that should have been erased by then")
        if live - held:
            self.fault(f"day {day}'s image lacks {len(live - held)} prekeys that are in use")

    def measure(self, at, image):
        """How far back, and ahead, an image reaches, in hours."""
        state = "on" if self.story.is_on(at) else "off"
        stored = [at - self.story.stored[id_] for id_ in image.message_keys]
        prekeys = map(envelope.public_of, image.prekeys)
        sealed = [at - sent for key in prekeys for _, sent in self.tapped.sealed_to(key)]
        for what, ages in (("kept", stored), ("back", sealed), ("ahead", [-age for age in sealed])):
            self.reach[state, what] = max([self.reach[state, what]] + [age / HOUR for age in ages])

    def check_floor(self, day, opened):
        """With a prekey that was made 8 days before the first image, or a message stored `keep` before it."""
        first = self.story.images[SINCE - 1]["at"]
        floor = self.story.last_on(first) - max(LIFE["slow"], self.story.keep(first) + HOUR) - LATE
        old = [id_ for id_ in opened if self.sealed_at(id_) < floor]
        if old:
            self.fault(f"the images of days {SINCE} to {day} open {self.name(old[0])}, older than any window")

    def check_senders(self):
        """Nothing is sealed to a prekey that could have been a younger one."""
        seals = {"fast": 0, "slow": 0, "anew": 0}
        for key, prekey in self.story.prekeys.items():
            for id_, at in self.tapped.sealed_to(key):
                age, since = at - prekey["at"], self.story.runs_since(at)
                seals[prekey["class"]] += 1
                if age > SENDABLE[prekey["class"]]:
                    self.fault(f"{self.name(id_)} was sealed to a prekey of {age / HOUR:.0f} hours")
                if since is not None and at - since > LATE and (prekey["class"] == "slow" or age > FRESH):
                    self.fault(f"{self.name(id_)} was sealed to a {prekey['class']} prekey of {age / HOUR:.1f} hours "
                               "although bob was there")
        for key, item in ((key, item) for key, items in self.tapped.resealed.items() for item in items.values()):
            seals["anew"] += 1
            # Bob names the prekey himself, so not even his return is an excuse.
            prekey = self.story.prekeys[key]
            if prekey["class"] == "slow" or item.at - prekey["at"] > FRESH:
                self.fault(f"{self.name(item.id)} was sealed anew to an old {prekey['class']} prekey")
            if item.at > self.story.stored.get(item.id, item.at) + LATE:
                self.fault(f"{self.name(item.id)} was sealed anew on {self.moment(item.at)} although bob had it")
        if not all(seals.values()):
            self.fault(f"the story lacks seals of one kind: {seals}")
        return seals

    def check_identity_alone(self):
        """The identity key as a prekey, as a message key and as a store key."""
        seed = bytes.fromhex(self.story.keys["seed"])
        found = set()
        for key in (seed, scalar(seed), hashlib.sha256(seed).digest()):
            found |= self.tapped.opened_by_force(key) | self.tapped.opened_by_message_key(key)
        rows = 0
        for folder in (self.folders[0], self.folders[-1]):
            for key in (seed, scalar(seed)):
                image = Image(folder, key, self.owner)
                rows += len(image.rows) - image.unreadable
        if found or rows:
            self.fault(f"the identity key alone opens {len(found)} messages and {rows} rows")
        return len(found), rows


class Leftovers:
    """Bytes without which an erased row cannot be opened, or that are what was in it."""

    def __init__(self, judge):
        self.judge = judge
        self.seen = {}      # by (table, salt): the row
        self.secrets = set()

    def look(self, day, image):
        """How many erased rows and secrets in clear lie in an image."""
        count = 0
        for (table, salt), row in self.seen.items():
            if (table, salt) not in image.rows:
                parts = [part for part in (salt, row[5], row[3][-64:]) if part]
                if any(image.holds(part) for part in parts):
                    count += 1
                    self.complain(count, f"day {day}'s image still holds bytes of a row of {table} that was erased")
        new = {key: row for key, row in image.rows.items() if key[0] in ("prekey", "message")}
        self.seen.update(new)
        self.secrets |= image.prekeys | set(image.message_keys.values())
        for secret in self.secrets:
            if image.holds(secret):
                count += 1
                self.complain(count, f"day {day}'s image holds a key in clear")
        if new and not all(image.holds(salt) for _, salt in new):
            self.judge.fault(f"the rows of day {day} are not where they are looked for: the search does not work")
        return count

    def complain(self, count, sentence):
        if count <= 2:
            self.judge.fault(sentence)


def play(folder):
    """Has the days played by the Swift test, which is to be built."""
    run = subprocess.run(
        ["swift", "test", "--skip-build", "--filter", "ThirtyDaysTests"], cwd=REPOSITORY,
        env={**os.environ, "MESH_THIRTY_DAYS": str(folder)}, capture_output=True, text=True)
    if run.returncode != 0 or not (folder / "story.jsonl").exists():
        raise SystemExit(f"the days were not played:\n{run.stdout[-3000:]}{run.stderr[-1000:]}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=pathlib.Path, help="days that were played already")
    given = parser.parse_args().folder
    folder = given or pathlib.Path(tempfile.mkdtemp(prefix="mesh-days-"))
    if not given:
        play(folder)
    judge = Judge(folder)
    judge.play_days()
    seals = judge.check_senders()
    found, rows = judge.check_identity_alone()
    for state in ("on", "off"):
        kept, back, ahead = (judge.reach[state, what] for what in ("kept", "back", "ahead"))
        print(f"a disk that is {state}: kept messages up to {kept:.1f} h after they were stored; of the recorded wire, "
              f"what was sealed {back:.1f} h before to {ahead:.1f} h after")
    print(f"sealed to fast prekeys {seals['fast']} times, to slow ones {seals['slow']} times, {seals['anew']} of them "
          f"anew; the identity key alone opens {found} messages and {rows} rows")
    for problem in judge.problems:
        print(f"WRONG: {problem}", file=sys.stderr)
    if judge.problems:
        return 1
    if not given:
        shutil.rmtree(folder)
    print("disk and keys open what the window and the retention allow, and nothing else")
    return 0


if __name__ == "__main__":
    sys.exit(main())
