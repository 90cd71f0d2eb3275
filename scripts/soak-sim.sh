#!/usr/bin/env bash
# The long run: plays ever new seeds of random-fault scenarios until the time is over, and adds them to a tally.
#
#   scripts/soak-sim.sh [MINUTES [SCENARIO...]]        (default: 60 minutes of chaos)
#
# NODES (10), TALLY (scripts/soak-tally.txt) and BATCH (50 seeds at a time) can be set in the environment. Each
# scenario goes on with the seed after the last one that the tally has counted. Failing seeds are printed with the
# command that plays them again; the script then goes on, and ends with 1.
set -euo pipefail
cd "$(dirname "$0")/.."

minutes=${1:-60}
[[ $minutes =~ ^[1-9][0-9]*$ ]] || { echo "soak-sim: minutes are a whole number from 1 on, not \"$minutes\"" >&2; exit 64; }
shift || true
scenarios=("$@")
[ "${#scenarios[@]}" -gt 0 ] || scenarios=(chaos)
nodes=${NODES:-10}
tally=${TALLY:-scripts/soak-tally.txt}
batch=${BATCH:-50}

configuration=${CONFIGURATION:-release}
swift build --configuration "$configuration" --product mesh-sim
program=$(swift build --configuration "$configuration" --show-bin-path)/mesh-sim

# How many runs of a scenario the tally has counted.
counted() {
    [ -f "$tally" ] || { echo 0; return; }
    awk -v scenario="$1" -v nodes="$nodes" '$1 == scenario && $2 == nodes { runs = $3 } END { print runs + 0 }' "$tally"
}

interrupted=
trap 'interrupted=1' INT TERM
end=$((SECONDS + 60 * minutes))
failed=0
while [ "$SECONDS" -lt "$end" ] && [ -z "$interrupted" ]; do
    for scenario in "${scenarios[@]}"; do
        [ "$SECONDS" -lt "$end" ] && [ -z "$interrupted" ] || break
        status=0
        "$program" --scenario "$scenario" --nodes "$nodes" --seed $(($(counted "$scenario") + 1)) --runs "$batch" \
            --tally "$tally" || status=$?
        case $status in
            0) ;;
            1) failed=1 ;;
            130) interrupted=1 ;;
            *) exit "$status" ;;
        esac
    done
done

echo
echo "Simulated so far ($tally):"
cat "$tally"
exit "$failed"
