#!/usr/bin/env python3
"""Opens, in Python, envelopes that the Swift code has just sealed with fresh keys. The other direction is a Swift test
over Golden/envelope.txt.

usage: interop.py        builds nothing: run `swift build --build-tests` first
"""
import os
import pathlib
import subprocess
import sys
import tempfile

import mesh_envelope as sealing

PACKAGE = pathlib.Path(__file__).resolve().parent.parent.parent
AT = 1_700_000_000_000


def refused(change):
    try:
        change()
        return False
    except Exception:  # any refusal will do: a damaged envelope may fail in parsing, signature, tag or hash
        return True


def main():
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["swift", "test", "--skip-build", "--filter", "EnvelopeInteropTests"], cwd=PACKAGE, check=True,
                       env=os.environ | {"MESH_INTEROP_OUT": folder}, stdout=subprocess.DEVNULL)
        lines = pathlib.Path(folder, "envelopes.txt").read_text().splitlines()
    opened = 0
    for line in lines:
        network, recipient, prekey, kind, body, envelope = (bytes.fromhex(field[1:]) for field in line.split(" "))
        read = sealing.open_envelope(envelope, recipient, prekey, network)
        assert read == (kind[0], AT, body), read
        for index in range(0, len(envelope), 7):
            changed = envelope[:index] + bytes([envelope[index] ^ 1]) + envelope[index + 1:]
            assert refused(lambda: sealing.open_envelope(changed, recipient, prekey, network)), index
        opened += 1
    print(f"{opened} envelopes opened")
    sys.exit(0 if opened == 5 else 1)


if __name__ == "__main__":
    main()
