#!/usr/bin/env python3
"""Searches what programs leave behind for what must not be there.

Two people talk, with known texts, nicks and a passphrase. On the disk, apart from the files of keys, there must be no
text, no nick or key of anybody else, no seed, store key, prekey, message key or passphrase in clear. In the parts of a running program's memory that a core dump
would hold there must be none of these secrets either, nor what Ed25519 makes of the seed. The memory is read as root;
without that, this half is left out and said to be. Prekeys and message keys come from the store, which
Tests/Interop/mesh_store.py opens; that needs Python's `cryptography`.
"""

import argparse
import hashlib
import os
import pathlib
import shutil
import sys
import tempfile

from mesh_programs import REPOSITORY, Node, found_group, programs

sys.path.insert(0, str(REPOSITORY / "Tests" / "Interop"))
import mesh_store

KEY_FILES = {"identity.key", "store.key"}
TEXTS = [f"the canary number {number} sings {os.urandom(8).hex()}" for number in range(20)]


def scalar(seed):
    """What Ed25519 signs with, and X25519 after it (RFC 8032, section 5.1.5)."""
    half = bytearray(hashlib.sha512(seed).digest()[:32])
    half[0] &= 248
    half[31] = half[31] & 127 | 64
    return bytes(half)


def found_in_files(home, canaries):
    """(file, canary) for each file below `home` that holds a canary."""
    finds = []
    for file in sorted(pathlib.Path(home).rglob("*")):
        if not file.is_file() or file.name in KEY_FILES:
            continue
        content = file.read_bytes()
        finds += [(file, name) for name, bytes in canaries.items() if bytes in content]
    return finds


def areas(pid):
    """(start, end, would a core dump leave it out) of each readable mapping of a process."""
    start = end = 0
    is_readable = False
    for line in pathlib.Path(f"/proc/{pid}/smaps").read_text().splitlines():
        first = line.split(" ", 1)[0]
        if "-" in first and not first.endswith(":"):
            start, end = (int(part, 16) for part in first.split("-"))
            is_readable = line.split()[1].startswith("r") and "[v" not in line
        elif first == "VmFlags:" and is_readable:
            yield start, end, "dd" in line.split()


def found_in_memory(pid, canaries):
    """Names of canaries in what a core dump would hold, and in what it would leave out."""
    dumped, left_out = set(), set()
    with open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for start, end, is_left_out in areas(pid):
            try:
                memory.seek(start)
                content = memory.read(end - start)
            except OSError:
                content = bytes(0)
                for page in range(start, end, 4096):
                    try:
                        memory.seek(page)
                        content += memory.read(4096)
                    except OSError:
                        pass  # A guard page.
            (left_out if is_left_out else dumped).update(name for name, bytes in canaries.items() if bytes in content)
    return dumped, left_out


def stored_secrets(node, root, store_key, identity):
    """The private prekeys and the message keys of a node's store, by name."""
    secrets = {}
    with node.copied(root) as database:
        for table in ("prekey", "message"):
            for row in database.execute(f"SELECT id, tag, place, sealed, salt, key FROM {table}"):
                _, secret = mesh_store.open_row(store_key, identity, table, row)
                if secret is None or len(secret) != 32:
                    raise SystemExit(f"a row of {table} without a secret")
                secrets[f"{node.name}'s {table} {row[0]}"] = secret
    if len(secrets) < len(TEXTS) + 2:
        raise SystemExit(f"only {len(secrets)} secrets in the store")
    return secrets


def with_passphrase(node, passphrase):
    """From now on this node is started with a passphrase on a descriptor."""
    plain = node.start

    def start(*flags):
        read, write = os.pipe()
        os.write(write, passphrase + b"\n")
        os.close(write)
        os.set_inheritable(read, True)
        try:
            return plain("--passphrase-fd", str(read), *flags)
        finally:
            os.close(read)

    node.start = start


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--programs", help="the folder with the programs (default: .build/debug)")
    folder = programs(parser.parse_args().programs)
    root = tempfile.mkdtemp(prefix="mesh-canaries-")
    nicks = {name: f"{name}-{os.urandom(4).hex()}" for name in ("alice", "bob")}
    alice, bob = (Node(folder, nick, root) for nick in nicks.values())
    passphrase = os.urandom(16).hex().encode()
    with_passphrase(bob, passphrase)
    problems = []
    try:
        found_group([alice, bob])
        for text in TEXTS:
            alice.ask("send", text=text)
        keys = {node.name: node.ask("status")["id"] for node in (alice, bob)}
        alice.ask("dm", to=keys[bob.name], text=TEXTS[0][::-1])
        bob.ask("wait", messages=len(TEXTS) + 1, timeoutMs=30_000)
        seed = (alice.configuration / "identity.key").read_bytes()
        store_key = (alice.state / "store.key").read_bytes()
        secrets = {"alice's seed": seed, "alice's scalar": scalar(seed), "alice's store key": store_key,
                   "bob's passphrase": passphrase}
        secrets |= stored_secrets(alice, root, store_key, bytes.fromhex(keys[alice.name]))
        texts = {f"text {number}": text.encode() for number, text in enumerate(TEXTS)}
        texts["direct text"] = TEXTS[0][::-1].encode()
        for stage in ("while they run", "after a kill"):
            for node, other in ((alice, bob), (bob, alice)):
                canaries = {**texts, **secrets, f"the nick {other.name}": other.name.encode(),
                            f"the key of {other.name}": bytes.fromhex(keys[other.name]),
                            f"the key of {other.name} in hex": keys[other.name].encode()}
                problems += [f"{stage}: {name} in {file.relative_to(root)}"
                             for file, name in found_in_files(node.home, canaries)]
            if stage == "while they run":
                problems += search_memory(alice, bob, secrets)
                alice.kill()
                bob.kill()
    finally:
        for node in (alice, bob):
            if node.process and node.process.poll() is None:
                node.kill()
    for problem in problems:
        print(f"FOUND: {problem}", file=sys.stderr)
    if problems:
        return 1
    shutil.rmtree(root)
    print("no canary was found where none may be")
    return 0


def search_memory(alice, bob, secrets):
    problems = []
    for node in (alice, bob):
        try:
            dumped, left_out = found_in_memory(node.process.pid, secrets)
        except PermissionError:
            print("the memory was not searched: that needs root")
            return problems
        problems += [f"{name} in what a core dump of {node.name} holds" for name in sorted(dumped)]
        # The search itself works: keys that are in use lie where a dump does not look.
        if node is alice and not {"alice's seed", "alice's store key"} <= left_out | dumped:
            problems.append(f"nothing of the keys in use in the memory of {node.name}: the search does not work")
    return problems


if __name__ == "__main__":
    sys.exit(main())
