#!/usr/bin/env bash
# Installs what is missing, checks format and purity, builds with warnings as errors, and runs all tests.
# This is the README's test command; CI calls it and nothing else.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/install-packages.sh

step() { printf '\n== %s\n' "$*"; }

step "format"
swift format lint --strict --recursive Sources Tests Package.swift

step "purity of MeshCore: no sockets, clocks, tasks, system randomness or Foundation"
impure='^[[:space:]]*((package|internal|public|private|fileprivate)[[:space:]]+)?import[[:space:]]+(Foundation|FoundationEssentials|Dispatch|NIO|COpenSSL|Glibc|Synchronization)'
impure+='|Date\(\)|ContinuousClock|SuspendingClock|SystemRandomNumberGenerator|\.random\(in: [^)]*\)|\.shuffled\(\)|randomElement\(\)|\bTask *\{|Task\.sleep'
if grep -rnE "$impure" Sources/MeshCore --include='*.swift' | grep -vE '\.random\(in: .*, using:|import func Glibc'; then
    echo "MeshCore reaches outside; see the lines above" >&2
    exit 1
fi

step "certificate fixtures"
scripts/make-certs.sh --check

export MESH_WARNINGS_AS_ERRORS=1
step "build"
swift build --build-tests

step "independent implementation of wire format and envelope (Python)"
python=python3
"$python" -c 'import cryptography' 2>/dev/null || python=/usr/bin/python3
"$python" Tests/Interop/make_golden.py --check
"$python" Tests/Interop/interop.py

step "tests"
swift test --skip-build --parallel

step "mesh-chat-tui on real screens: the story of three people, keys as bytes, kills, storms, floods"
python3 Tests/Terminal/hygiene.py &
hygiene=$!
python3 Tests/Terminal/story.py --readme check
python3 Tests/Terminal/story.py --size 120x40
python3 Tests/Terminal/words.py
python3 Tests/Terminal/flood.py
wait "$hygiene"

step "300 kills of real nodes: nothing that was acknowledged is lost"
python3 Tests/Durability/kill.py --kills 300

step "histories that cannot be used, a full disk, secrets left behind, a newcomer's ten thousand messages"
python3 Tests/Durability/bad_input.py
"$python" Tests/Durability/canaries.py
python3 Tests/Durability/newcomer.py

step "thirty simulated days: the images of a disk open what the window and the retention allow"
"$python" Tests/Durability/thirty_days.py

step "writes, fsyncs and changes of names that fail under real nodes, at the start and later"
python3 Tests/Durability/faulty_disk.py

step "2,000 simulated meshes of ten nodes, each ten minutes of random faults (release)"
swift build --configuration release --product mesh-sim
"$(swift build --configuration release --show-bin-path)/mesh-sim" --scenario chaos --nodes 10 --runs 2000

step "clusters of real nodes: all stories with TLS on and off, hosts of their own, random faults, nothing left behind (release)"
for product in mesh-node mesh-cluster; do swift build --configuration release --product "$product"; done
programs=$(swift build --configuration release --show-bin-path)
"$programs/mesh-cluster" run --tls on scripts/scenarios/*.mesh &
stories=$!
"$programs/mesh-cluster" run --tls off scripts/scenarios/*.mesh
wait "$stories"
python3 Tests/Cluster/left_behind.py "$programs"
if [ "$(id -u)" -eq 0 ]; then
    "$programs/mesh-cluster" run --hosts netns scripts/scenarios/netns/*.mesh
fi
"$programs/mesh-cluster" chaos --nodes 12 --faults 40
