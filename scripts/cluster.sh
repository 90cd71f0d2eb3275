#!/usr/bin/env bash
# Builds mesh-cluster and mesh-node (release; CONFIGURATION=debug for the other) and passes its arguments on:
#
#   scripts/cluster.sh up 5
#   scripts/cluster.sh run scripts/scenarios/*.mesh
#   scripts/cluster.sh chaos --nodes 12 --faults 200
set -euo pipefail
folder=$(cd "$(dirname "$0")/.." && pwd)

configuration=${CONFIGURATION:-release}
"$folder/scripts/install-packages.sh" >&2
for product in mesh-node mesh-cluster; do
    swift build --package-path "$folder" --configuration "$configuration" --product "$product" >&2
done
exec "$(swift build --package-path "$folder" --configuration "$configuration" --show-bin-path)/mesh-cluster" "$@"
