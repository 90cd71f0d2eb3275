#!/usr/bin/env python3
"""Cases of the membership rule with their answers, for Tests/MeshCoreTests/Golden/membership.txt.

The rule is written here a second time, as sets that are closed by repetition instead of work lists, so that a fault
in the Swift code and the same fault here are unlikely. One line a case:

    ROOTS OPERATION... | EVER REVOKED ADMITTED MEMBERS HONOURED HEADS DEPTHS

Keys are letters; the first root is the founder. An operation is `i` or `r`, signer, subject, `prev` (`-` none, `?` one
that nobody has, or the number of an earlier operation of this line), and for `r` a colon and the frontier, in the same
notation. HONOURED lists the numbers of the honoured invitations of signers in EVER, HEADS `KEY:numbers` for the keys
in EVER, DEPTHS `KEY` and number for the admitted. An empty list is `-`. Equal operations of a line are one.

usage: export_membership.py [--check] [FILE]
"""
import pathlib
import random
import sys

GOLDEN = pathlib.Path(__file__).resolve().parent.parent / "MeshCoreTests" / "Golden" / "membership.txt"
KEYS = "ABCDEFGH"


def closed(start, grow):
    """The least set that holds start and, with each element, what grow gives for it."""
    result = set(start)
    while True:
        more = {new for old in result for new in grow(old)} - result
        if not more:
            return result
        result |= more


def canonical(operations, number):
    """Equal operations are one: the first of them."""
    return operations.index(operations[number])


def evaluate(roots, operations):
    """operations: list of (kind, signer, subject, prev, frontier), references resolved to numbers, None or '?'"""
    numbers = sorted({canonical(operations, n) for n in range(len(operations))})
    invitations = [n for n in numbers if operations[n][0] == "i"]

    def reached(allowed):
        return closed(roots, lambda key: {operations[n][2] for n in allowed if operations[n][1] == key})

    def past(key, heads):
        def own(n):
            return {n} if isinstance(n, int) and operations[n][1] == key else set()
        return closed(set().union(*[own(h) for h in heads]), lambda n: own(operations[n][3]))

    ever = reached(invitations)
    counting = [n for n in numbers if operations[n][0] == "r" and operations[n][1] in ever]
    revoked = {operations[n][2] for n in counting}
    kept = {key: set.intersection(*[past(key, operations[n][4]) for n in counting if operations[n][2] == key])
            for key in revoked}
    honoured = [n for n in invitations if operations[n][1] not in revoked or n in kept[operations[n][1]]]
    admitted = reached(honoured)

    def heads(key):
        own = [n for n in numbers if operations[n][1] == key]
        whole = closed([n for n in own if operations[n][3] is None],
                       lambda m: {n for n in own if operations[n][3] == m})
        return sorted(whole - {operations[n][3] for n in whole})

    depths, level, depth = {}, set(roots), 0
    while level:
        depths.update({key: depth for key in level})
        level = {operations[n][2] for n in honoured if operations[n][1] in level} - set(depths)
        depth += 1
    return {
        "ever": ever, "revoked": revoked, "admitted": admitted, "members": admitted - revoked,
        "honoured": [n for n in honoured if operations[n][1] in ever],
        "heads": {key: heads(key) for key in sorted(ever)}, "depths": depths,
    }


def random_case(rng):
    """Anything goes: forks, gaps, frontiers of the wrong key, outsiders, circles, operations on oneself."""
    keys = KEYS[: rng.randrange(3, len(KEYS) + 1)]
    roots = "A" + "".join(sorted(rng.sample(keys[1:], rng.choice([0, 0, 1]))))
    operations = []
    for _ in range(rng.randrange(1, 22)):
        signer, subject = rng.choice(keys), rng.choice(keys)
        # a signer who is in, more often than not, so that the case says something
        if operations and rng.random() < 0.5:
            signer = rng.choice([roots[0]] + [o[2] for o in operations])
        own = [n for n, o in enumerate(operations) if o[1] == signer]
        prev = rng.choice(own[-1:] * 4 + own + [None, "?"])
        if rng.random() < 0.15:
            named = [n for n, o in enumerate(operations) if o[1] == subject]
            named += [rng.randrange(len(operations))] if operations else []
            named = sorted(set(named)) + ["?"]
            frontier = tuple(rng.sample(named, rng.randrange(0, min(4, len(named)) + 1)))
            operations.append(("r", signer, subject, prev, frontier))
        else:
            operations.append(("i", signer, subject, prev, ()))
    # references always name the first of equal operations, as an id does
    settled = []
    for kind, signer, subject, prev, frontier in operations:
        def settle(n):
            return canonical(settled, n) if isinstance(n, int) else n
        settled.append((kind, signer, subject, settle(prev), tuple(sorted({settle(n) for n in frontier}, key=str))))
    return roots, settled


def reference(n):
    return "-" if n is None else str(n)


def line(roots, operations):
    answer = evaluate(roots, operations)
    text = [kind + signer + subject + reference(prev) + (":" + ",".join(map(reference, frontier)) if kind == "r" else "")
            for kind, signer, subject, prev, frontier in operations]
    sets = ["".join(sorted(answer[name])) or "-" for name in ("ever", "revoked", "admitted", "members")]
    honoured = ",".join(map(str, answer["honoured"])) or "-"
    heads = ";".join(f"{key}:{','.join(map(str, ids))}" for key, ids in answer["heads"].items() if ids) or "-"
    depths = "".join(f"{key}{depth}" for key, depth in sorted(answer["depths"].items())) or "-"
    return " ".join([roots, *text, "|", *sets, honoured, heads, depths])


def export():
    rng = random.Random(1)
    lines = ["# Made by Tests/Interop/export_membership.py, which explains the notation."]
    lines += [line(*random_case(rng)) for _ in range(300)]
    return "\n".join(lines) + "\n"


def main():
    arguments = sys.argv[1:]
    check = "--check" in arguments
    paths = [pathlib.Path(a) for a in arguments if not a.startswith("--")]
    path = paths[0] if paths else GOLDEN
    if check:
        same = path.read_text() == export()
        print(f"{path.name}: {'as made' if same else 'differs'}")
        sys.exit(0 if same else 1)
    path.write_text(export())


if __name__ == "__main__":
    main()
