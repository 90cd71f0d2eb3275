#!/usr/bin/env python3
"""Plays the scenarios of mesh-sim and writes the table of Sources/MeshSimulator/MeshSimulator.docc/Figures.md.

    scripts/simulation-table.py                      all sizes, seeds 1 to 5: about an hour on two cores
    scripts/simulation-table.py --nodes 10 100       only these sizes; the others keep what the results file holds
    scripts/simulation-table.py --again steady       plays these scenarios again, whatever the results file holds

Results are kept, one JSON object a line, in .build/simulation/results.jsonl: an interrupted run goes on where it
stopped. Figures are counts under virtual time; the same seeds give the same figures on every machine.
"""
import argparse, concurrent.futures, json, pathlib, statistics, subprocess, sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
RESULTS = ROOT / ".build" / "simulation" / "results.jsonl"
PAGE = ROOT / "Sources/MeshSimulator/MeshSimulator.docc/Figures.md"
BEGIN, END = "<!-- table: begin -->", "<!-- table: end -->"

HOSTILE = ["hostile-forger", "hostile-replayer", "hostile-storm", "hostile-silent", "hostile-hoarder"]
FULL = ["steady", "idle", "change", "join", "kill30", "kill50", "kill80", "kill90", "slow", "split", "churn"] + HOSTILE
OVERLAY = ["steady", "kill30", "kill50", "kill80", "kill90"]

# Figure, scenario, field, what must hold, what is aimed at, and the reference with its source.
ROWS = [
    ("redundancy (RMR)", "steady", "rmr", "<= 0.02", "0.000", "0 after the first flood (Plumtree, SRDS 2007)"),
    ("delivered", "steady", "delivered", "1.000", "1.000", "1.000"),
    ("signature checks per delivered message", "steady", "verifiesPerDelivered", "1.00", "1.00", "1.00"),
    ("last hop / shortest path, one source", "steady", "hopRatio", "<= 1.4", "<= 1.2", "1.05 to 1.09 (model, 2-hop rule)"),
    ("last hop / shortest path, worst of 20 sources", "steady", "lastHopRatioAnySource", "<= 1.8", "<= 1.25", "1.09 to 1.25 (same model)"),
    ("kill 30 %: repair cycles of 5 s", "kill30", "repairCycles", "<= 2", "<= 1", "1 (HyParView-like, degree 3)"),
    ("kill 30 %: seconds", "kill30", "repairSeconds", "", "", ""),
    ("kill 50 %: repair cycles", "kill50", "repairCycles", "<= 3", "<= 1", "1 to 3"),
    ("kill 50 %: seconds", "kill50", "repairSeconds", "", "", ""),
    ("kill 80 %: repair cycles", "kill80", "repairCycles", "<= 6", "<= 2", "3 to 4"),
    ("kill 80 %: seconds", "kill80", "repairSeconds", "", "", ""),
    ("kill 90 %: repair cycles", "kill90", "repairCycles", "", "<= 4", "> 4"),
    ("kill 90 %: seconds", "kill90", "repairSeconds", "", "", ""),
    ("one change known to all: rounds of 1 s", "change", "changeRounds", "<= 20", "<= 10", "19 with neighbours only, 9 with any member (push-pull)"),
    ("false verdicts about the healthy / fixed time-out's", "slow", "falseDown", "<= 0.10", "<= 0.02", "0.019 (Lifeguard)"),
    ("idle bytes per node and second", "idle", "idleBytesPerNodeSecond", "N = 1,000 <= 1.5 x N = 10", "<= 1.1 x", "80,000 if all heartbeats were gossiped"),
    ("halves apart for 10 minutes: delivered once", "split", "delivered", "1.000", "1.000", ""),
    ("... seconds after the heal", "split", "repairSeconds", "", "", "1.0 to 4.6 s to one component (model)"),
    ("churn of 1 % a minute: delivered once", "churn", "delivered", "", "1.000", ""),
    ("mass join of 100 (of N - 1 if fewer): seconds until all are in and agree", "join", "joinedSeconds", "all in", "", "1.1 to 3.1 s to the last first link (model)"),
    ("... most links of any node", "join", "maxDegree", "<= 4", "<= 4", "4 (model)"),
] + [(f"one in ten {name.removeprefix('hostile-')}: delivered once", name, "delivered", "1.000", "1.000", "") for name in HOSTILE]


def load():
    results = {}
    if RESULTS.exists():
        for line in RESULTS.read_text().splitlines():
            one = json.loads(line)
            results[(one["scenario"], one["nodes"], one["seed"])] = one
    return results


def play(job):
    scenario, nodes, seed = job
    command = [str(ROOT / ".build/release/mesh-sim"), "--scenario", scenario, "--nodes", str(nodes), "--seed", str(seed), "--json"]
    run = subprocess.run(command, capture_output=True, text=True)
    lines = [line for line in run.stdout.splitlines() if line.startswith("{")]
    if not lines:
        sys.exit(f"{' '.join(command)} printed no result (exit {run.returncode}):\n{run.stderr[-2000:]}")
    return json.loads(lines[-1])


def value(result, field):
    if field == "hopRatio":
        if result.get("lastHop") is None or not result.get("lastHopFloor"):
            return None
        return result["lastHop"] / result["lastHopFloor"]
    return result.get(field)


def show(number):
    if float(number).is_integer() and abs(number) < 1e9:
        return f"{int(number):,}"
    return f"{number:.3f}" if abs(number) < 10 else f"{number:,.1f}"


def cell(results, scenario, nodes, field):
    found = [r for (s, n, _), r in sorted(results.items()) if s == scenario and n == nodes]
    numbers = [v for v in (value(r, field) for r in found) if v is not None]
    if not numbers:
        return "-"
    low, middle, high = min(numbers), statistics.median(numbers), max(numbers)
    text = show(middle) if low == high else f"{show(middle)} [{show(low)}..{show(high)}]"
    failed = sum(1 for r in found if not r["passed"])
    return text + (f" ({failed} of {len(found)} runs failed)" if failed else "")


def table(results, sizes):
    seeds = {n: len({seed for _, nodes, seed in results if nodes == n}) for n in sizes}
    sized = [f"N = {n:,} ({seeds[n]} seed{'s' if seeds[n] > 1 else ''})" for n in sizes]
    head = "| figure | must | aim | " + " | ".join(sized) + " | reference |"
    lines = [head, "|---" * (4 + len(sizes)) + "|"]
    for name, scenario, field, must, aim, reference in ROWS:
        cells = [cell(results, scenario, n, field) for n in sizes]
        lines.append(f"| {name} | {must} | {aim} | " + " | ".join(cells) + f" | {reference} |")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nodes", type=int, nargs="+", default=[10, 100, 1000, 10000])
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3, 4, 5])
    parser.add_argument("--again", nargs="+", default=[], metavar="SCENARIO")
    parser.add_argument("--only", nargs="+", default=[], metavar="SCENARIO")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()

    subprocess.run(["swift", "build", "-c", "release", "--product", "mesh-sim"], cwd=ROOT, check=True)
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    results = load()
    jobs = [
        (scenario, nodes, seed)
        for nodes in options.nodes
        for seed in options.seeds
        for scenario in (OVERLAY if nodes > 1000 else FULL)
        if (not options.only or scenario in options.only)
        and ((scenario, nodes, seed) not in results or scenario in options.again)
    ]
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for count, result in enumerate(pool.map(play, jobs), 1):
            results[(result["scenario"], result["nodes"], result["seed"])] = result
            with RESULTS.open("a") as file:
                file.write(json.dumps(result) + "\n")
            word = "ok" if result["passed"] else "FAILED: " + "; ".join(result["failures"][:2])
            print(f"{count}/{len(jobs)} {result['scenario']} N={result['nodes']} seed {result['seed']} "
                  f"{result['wallSeconds']:.1f} s {word}", file=sys.stderr, flush=True)

    page = PAGE.read_text()
    before, rest = page.split(BEGIN, 1)
    after = rest.split(END, 1)[1]
    sizes = sorted({nodes for _, nodes, _ in results})
    PAGE.write_text(before + BEGIN + "\n" + table(results, sizes) + "\n" + END + after)
    print(f"wrote {PAGE.relative_to(ROOT)}", file=sys.stderr)


if __name__ == "__main__":
    main()
