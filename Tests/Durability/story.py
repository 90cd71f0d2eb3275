"""The thirty days as they were played, and what the documents promise of them.

    kept history    what was stored in the last `keep`; looked through once an hour
    fast prekeys    made every hour, erased 25 hours after; whoever is there is sealed to the newest
    slow prekeys    made every day, erased 8 days after
    a disk that is off stays as it was; what came due is erased at the next start
"""

import json

HOUR, DAY = 3_600_000, 86_400_000
LIFE = {"fast": 25 * HOUR, "slow": 8 * DAY}
# A sender takes a prekey that is published for an hour more at least, as clocks differ.
SENDABLE = {"fast": 23 * HOUR, "slow": 7 * DAY - HOUR}
# Prekeys are looked at once a minute.
LATE = 90_000
# How old a prekey may be that a member who is there is sealed to: an hour, and one that the machines slept through.
FRESH = 2 * HOUR


class Story:
    def __init__(self, folder):
        lines = [json.loads(line) for line in (folder / "story.jsonl").read_text().splitlines()]

        def of(what):
            return [line for line in lines if line["what"] == what]

        (self.keys,) = of("keys")
        self.images = of("image")
        self.stored = {bytes.fromhex(line["id"]): line["at"] for line in of("message")}
        self.prekeys = {bytes.fromhex(line["key"]): line for line in of("prekey")}
        self.switched = sorted((line["at"], line["what"] == "on", line.get("keep")) for line in of("on") + of("off"))

    def is_on(self, at):
        return self.runs_since(at) is not None

    def last_on(self, at):
        """The last moment up to this one at which the node ran: so old is what lies on its disk."""
        return at if self.is_on(at) else [moment for moment, _, _ in self.switched if moment <= at][-1]

    def runs_since(self, at):
        """Since when the node has been on; None when it is off."""
        moment, is_on, _ = [switch for switch in self.switched if switch[0] <= at][-1]
        return moment if is_on else None

    def keep(self, at):
        return [keep for moment, is_on, keep in self.switched if is_on and moment <= at][-1]

    def allowed(self, at, tapped):
        """(messages, prekeys) that an image of this moment must give, and those that it may."""
        seen, keep = self.last_on(at), self.keep(at)
        stored = {id_: seen - time for id_, time in self.stored.items() if time <= seen}
        ages = {key: (seen - prekey["at"], LIFE[prekey["class"]]) for key, prekey in self.prekeys.items()}
        bounds = []
        for late, look in ((0, 0), (LATE, HOUR)):
            keys = {key for key, (age, life) in ages.items() if 0 <= age < life + late}
            messages = {id_ for id_, age in stored.items() if age < keep + look + late}
            bounds.append((messages | {id_ for key in keys for id_, _ in tapped.sealed_to(key)}, keys))
        return bounds
