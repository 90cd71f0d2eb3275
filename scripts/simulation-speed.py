#!/usr/bin/env python3
"""Measures how fast mesh-sim is on this machine, against what is said of it; ends with 1 when it is slower.

    scripts/simulation-speed.py              all of it: about six minutes on two cores
    scripts/simulation-speed.py --nodes 100  only the claim for a hundred nodes: two minutes

Claimed: a mesh of 100 nodes that lives on for minutes runs at least 100 times as fast as real time, with real
signatures and keys; no story of 1,000 nodes takes longer than 60 s. What the first claim is about is played three times,
and the median counts. Leave the machine alone while this runs.
"""
import argparse, json, pathlib, statistics, subprocess, sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = ROOT / ".build/release/mesh-sim"
LEAST_FACTOR, MOST_SECONDS = 100, 60

LASTING = ["idle", "split", "churn"]
HOSTILE = ["hostile-forger", "hostile-replayer", "hostile-storm", "hostile-silent", "hostile-hoarder"]
SHORT = ["steady", "kill30", "kill50", "kill80", "kill90", "change", "join", "slow"]


def play(scenario, nodes, *options):
    command = [str(PROGRAM), "--scenario", scenario, "--nodes", str(nodes), "--seed", "1", "--json", *options]
    run = subprocess.run(command, capture_output=True, text=True)
    if run.returncode != 0:
        sys.exit(f"{' '.join(command[1:])} failed:\n{run.stdout}{run.stderr}")
    return json.loads(run.stdout.splitlines()[-1])


def factors(scenario, *options):
    """How many times faster than real time; median first."""
    runs = [play(scenario, 100, *options) for _ in range(3 if scenario in LASTING else 1)]
    numbers = [run["simulatedSeconds"] / run["wallSeconds"] for run in runs]
    return [statistics.median(numbers), min(numbers), max(numbers)]


def hundred():
    print(f"100 nodes, times faster than real time, median [least..most]; claimed: {', '.join(LASTING)} with OpenSSL >= {LEAST_FACTOR}")
    held = True
    for scenario in LASTING + SHORT + HOSTILE:
        cells = []
        for options in [("--crypto", "openssl"), ("--crypto", "fast")]:
            middle, least, most = factors(scenario, *options)
            cells.append(f"{middle:6.0f} [{least:.0f}..{most:.0f}]" if least < most else f"{middle:6.0f}")
            if scenario in LASTING and options[1] == "openssl":
                held &= middle >= LEAST_FACTOR
        print(f"  {scenario:18} OpenSSL {cells[0]:22} fast {cells[1]}", flush=True)
    return held


def thousand():
    print(f"1,000 nodes, seconds; claimed: <= {MOST_SECONDS}")
    held = True
    for scenario in LASTING + SHORT + HOSTILE:
        seconds = play(scenario, 1_000)["wallSeconds"]
        held &= seconds <= MOST_SECONDS
        print(f"  {scenario:18} {seconds:5.1f}", flush=True)
    return held


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nodes", type=int, nargs="*", choices=[100, 1_000], default=[100, 1_000])
    chosen = parser.parse_args().nodes
    subprocess.run(
        ["swift", "build", "--configuration", "release", "--product", "mesh-sim"], cwd=ROOT, check=True, stdout=sys.stderr)
    held = [part() for nodes, part in [(100, hundred), (1_000, thousand)] if nodes in chosen]
    print("as claimed" if all(held) else "slower than claimed")
    return 0 if all(held) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
