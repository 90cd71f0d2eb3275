#!/usr/bin/env bash
# The long run: kills real nodes with SIGKILL, 20,000 times by default, in groups that are made anew every 400 kills.
#
#   scripts/soak-kill.sh [KILLS]
#
# GROUPS_AT_ONCE (default: one for each processor) can be set in the environment. Ends with 1 at the first loss; the
# files of that group are then left for a look.
set -euo pipefail
cd "$(dirname "$0")/.."

kills=${1:-20000}
[[ $kills =~ ^[1-9][0-9]*$ ]] || { echo "soak-kill: kills are a whole number from 1 on, not \"$kills\"" >&2; exit 64; }
groups=${GROUPS_AT_ONCE:-$(nproc)}
round=$((400 * groups))

configuration=${CONFIGURATION:-debug}
swift build --configuration "$configuration" --product mesh-chat
swift build --configuration "$configuration" --product mesh-node
programs=$(swift build --configuration "$configuration" --show-bin-path)

for ((done = 0; done < kills; done += round)); do
    echo "$done of $kills kills"
    python3 Tests/Durability/kill.py --kills "$((kills - done < round ? kills - done : round))" --groups "$groups" \
        --programs "$programs"
done
echo "$kills kills, nothing lost"
