#!/usr/bin/env bash
# Installs the Debian packages that the build needs and this machine lacks. Does nothing when all are there.
set -euo pipefail

# What, and why.
packages=(
    "libssl-dev:OpenSSL 3, which does all cryptography"
    "libsqlite3-dev:SQLite 3, which keeps the messages on disk"
    "libncurses-dev:ncurses 6 with wide characters, which draws mesh-chat-tui's screen"
    "libqrencode-dev:libqrencode 4, which shows a key to a camera"
    "libjemalloc-dev:an allocator that makes mesh-sim faster"
    "libstdc++-12-dev:the TOML parser is written in C++"
    "git:the Swift package manager fetches dependencies with it"
    "ca-certificates:... over HTTPS"
    "openssl:tests look at certificates and links with its command"
    "tmux:tests look at the screens of mesh-chat-tui in it"
    "iproute2:test clusters have hosts of their own in network namespaces"
    "nftables:... which it parts"
    "python3-cryptography:tests compare with an independent implementation in Python"
)

missing=()
for entry in "${packages[@]}"; do
    name=${entry%%:*}
    if ! dpkg-query --show --showformat='${Status}' "$name" 2>/dev/null | grep -q 'ok installed'; then
        missing+=("$name")
        echo "missing: $name (${entry#*:})"
    fi
done
[ ${#missing[@]} -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
        echo "install them as root: apt-get install ${missing[*]}" >&2
        exit 1
    fi
    as_root=(sudo)
    echo "installing them needs root, so sudo may ask for your password"
fi
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update
"${as_root[@]}" apt-get install --yes --no-install-recommends "${missing[@]}"
