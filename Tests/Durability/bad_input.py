#!/usr/bin/env python3
"""What real programs do with a history that they cannot use: a sentence with the next step, the right exit code, and
nothing deleted; and, on a disk that is full, a chat that goes on (as root only, on a tmpfs of 1 MiB)."""

import argparse
import contextlib
import hashlib
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile

from mesh_programs import Ended, Node, found_group, programs


class Wrong(Exception):
    """A program did something else."""


def check(holds, words):
    if not holds:
        raise Wrong(words)


def fingerprints(node):
    """Of all files that must not be touched; the log is a part of the database and may be copied into it."""
    files = [node.configuration / "identity.key", node.state / "store.key", node.store]
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files if file.exists()}


def made(folder, name, root):
    """A node that has written and quit, with everything in one database file."""
    node = Node(folder, name, root)
    found_group([node])
    for number in range(50):
        node.ask("send", text=f"line {number}")
    node.quit()
    with contextlib.closing(sqlite3.connect(node.store)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return node


def refused(node, status, *words):
    """Both programs end with that status, say all these words, and change nothing."""
    before = fingerprints(node)
    for arguments in (("mesh-chat", "--json", "--no-discovery", "--port", "0"), ("mesh-node", "history", "check")):
        result = node.run(*arguments[1:], program=arguments[0])
        said = result.stdout + result.stderr
        check(result.returncode == status, f"{arguments}: exit {result.returncode}, not {status}: {said}")
        for word in words:
            check(word in said, f"{arguments}: \"{word}\" is missing in: {said}")
    check(fingerprints(node) == before, "files were changed")


def of_another_identity(folder, root):
    node, other = made(folder, "anna", root), made(folder, "otto", root)
    own = (node.configuration / "identity.key").read_bytes()
    (node.configuration / "identity.key").write_bytes((other.configuration / "identity.key").read_bytes())
    refused(node, 77, "history.sqlite", "mv ")
    (node.configuration / "identity.key").write_bytes(own)
    check(node.run("history", "check").stdout.strip() == "ok", "it does not open with its own identity any more")


def of_a_newer_version(folder, root):
    node = made(folder, "nina", root)
    with contextlib.closing(sqlite3.connect(node.store)) as database:
        known = database.execute("PRAGMA user_version").fetchone()[0]
        database.execute(f"PRAGMA user_version = {known + 41}")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    refused(node, 65, f"version {known + 41}", f"up to {known}", "update")


def without_its_key(folder, root):
    node = made(folder, "kurt", root)
    key = node.state / "store.key"
    shutil.move(key, root)
    refused(node, 65, "store.key", "history.sqlite")
    check(not key.exists(), "a new key was made beside a history that it does not open")
    shutil.move(pathlib.Path(root) / "store.key", key)
    check(node.run("history", "check").stdout.strip() == "ok", "it does not open with its key any more")


def with_another_key(folder, root):
    node = made(folder, "karl", root)
    (node.state / "store.key").write_bytes(os.urandom(32))
    refused(node, 77, "mv ")


def that_is_none(folder, root):
    node = made(folder, "nora", root)
    node.store.write_bytes(b"Dear diary, " * 1_000)
    refused(node, 65, "history.sqlite")


def that_is_damaged(folder, root):
    """Rows in the middle of the file are gone: it says which command mends it, and that keeps the rest."""
    node = made(folder, "dora", root)
    content = bytearray(node.store.read_bytes())
    middle = len(content) // 2 // 1_024 * 1_024
    content[middle:middle + 8_192] = os.urandom(8_192)
    node.store.write_bytes(content)
    result = node.run("history", "check")
    check(result.returncode == 65 and "mesh-node history repair" in result.stderr, f"check: {result}")
    mended = node.run("history", "repair")
    check(mended.returncode == 0, f"repair: {mended}")
    kept = list(node.state.glob("history.sqlite.damaged-*"))
    check(any(bytes(content[:middle]) == file.read_bytes()[:middle] for file in kept), f"the damaged file: {kept}")
    check(node.run("history", "check").stdout.strip() == "ok", "the mended history is not sound")
    node.start().ready()
    texts = [message["text"] for message in node.history()]
    node.quit()
    check(len(texts) >= 30 and set(texts) <= {f"line {number}" for number in range(50)}, f"{len(texts)} lines left")


def under_a_wrong_passphrase(folder, root):
    node = Node(folder, "willi", root)

    def run(passphrase, *arguments):
        read, write = os.pipe()
        os.write(write, passphrase + b"\n")
        os.close(write)
        try:
            return node.run(*arguments, "--passphrase-fd", str(read), pass_fds=[read])
        finally:
            os.close(read)

    check(run(b"correct horse", "keygen").returncode == 0, "keygen")
    before = fingerprints(node)
    result = run(b"battery staple", "history", "check")
    check(result.returncode == 77 and "passphrase" in result.stderr, f"{result}")
    check(fingerprints(node) == before, "files were changed")


def on_a_full_disk(folder, root):
    """The chat goes on, with one warning; what was acknowledged before is there, and with space all is stored again."""
    node, friend = Node(folder, "fanny", root), Node(folder, "fred", root)
    node.state.mkdir(parents=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m,mode=0700", "tmpfs", node.state], capture_output=True)
    if mounted.returncode != 0:
        return print("  left out: a tmpfs cannot be mounted here")
    try:
        found_group([node, friend])
        before = [node.ask("send", text=f"before {number}")["id"] for number in range(50)]
        ballast = node.state / "ballast"
        descriptor = os.open(ballast, os.O_WRONLY | os.O_CREAT)
        with contextlib.suppress(OSError):
            while True:
                os.write(descriptor, bytes(4_096))
        os.close(descriptor)
        warnings = []
        node.on_line = lambda line: warnings.append(line) if line["type"] == "warning" else None
        during = [node.ask("send", text=f"full {number}") for number in range(100)]
        check(all(answer["type"] == "ack" for answer in during), f"{during[0]}")
        during = [answer["id"] for answer in during]
        friend.ask("wait", messages=150, timeoutMs=30_000)
        friend.ask("send", text="from a friend")
        check(node.ask("wait", messages=151, timeoutMs=30_000)["type"] == "ack", "nothing comes in on a full disk")
        messages = [line for line in warnings if "messages" in line["reason"]]
        check([line["code"] for line in messages] == ["storage"], f"warnings: {warnings}")
        check("space" in messages[0]["reason"], messages[0]["reason"])
        counters = node.ask("status")["counters"]
        check(counters["storageFailures"] >= 100, f"counters: {counters}")

        # Killed now, it has what was acknowledged before.
        copy = pathlib.Path(root) / "copy"
        shutil.copytree(node.home, copy / node.name, ignore=shutil.ignore_patterns("ballast", "*.sock"))
        old = Node(folder, node.name, copy)
        old.start().ready()
        had = {message["id"] for message in old.history()}
        old.kill()
        check(set(before) <= had, f"{len(set(before) - had)} of the messages before are gone")

        ballast.unlink()
        node.until(lambda event: event["type"] == "warning" and event["code"] == "storage-restored", 30)
        after = [node.ask("send", text=f"after {number}")["id"] for number in range(20)]
        node.kill()
        node.start().ready()
        had = {message["id"] for message in node.history()}
        missing = set(before + during + after) - had
        check(not missing and len(had) == 171, f"{len(missing)} are missing after the disk had space again, of {len(had)}")
        check(node.quit() == 0, "quit")
        friend.quit()
        check(node.run("history", "check").stdout.strip() == "ok", "the history is not sound")
    finally:
        for one in (node, friend):
            if one.process and one.process.poll() is None:
                one.kill()
        subprocess.run(["umount", "-l", node.state], check=True)


CASES = (
    of_another_identity, of_a_newer_version, without_its_key, with_another_key, that_is_none, that_is_damaged,
    under_a_wrong_passphrase, on_a_full_disk)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--programs", help="the folder with the programs (default: .build/debug)")
    parser.add_argument("cases", nargs="*", help="only these")
    options = parser.parse_args()
    folder = programs(options.programs)
    failed = 0
    for case in CASES:
        if options.cases and case.__name__ not in options.cases:
            continue
        words = "a history " + case.__name__.replace("_", " ")
        with tempfile.TemporaryDirectory(prefix="mesh-bad-") as root:
            try:
                case(folder, root)
                print(f"ok: {words}", flush=True)
            except (Wrong, Ended, TimeoutError) as problem:
                failed += 1
                print(f"WRONG: {words}: {problem}", file=sys.stderr, flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
