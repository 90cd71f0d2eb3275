"""Runs the real programs for the tests beside this file: a node of its own home folder, driven by JSON lines."""

import contextlib
import json
import os
import pathlib
import queue
import shutil
import signal
import socket
import sqlite3
import subprocess
import threading
import time

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]


def programs(given, names=("mesh-chat", "mesh-node")):
    """The folder with these programs: the one that was named, or that of the debug build."""
    folder = pathlib.Path(given) if given else REPOSITORY / ".build" / "debug"
    for name in names:
        if not (folder / name).exists():
            raise SystemExit(f"{folder / name} is missing; build it with: swift build")
    return folder


def free_ports(count):
    """Ports that nobody listens on now; all are held until all are known, so they differ."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


def compiled(name, folder):
    """The library that the C file of this name makes, for LD_PRELOAD."""
    library = pathlib.Path(folder) / f"{name}.so"
    source = pathlib.Path(__file__).with_name(f"{name}.c")
    compiler = shutil.which("cc") or shutil.which("clang")
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o", library, source], check=True)
    return library


class Ended(Exception):
    """The program has ended although an answer was waited for."""


class Node:
    """One person's mesh-chat --json: a home folder that outlives its runs."""

    def __init__(self, folder, name, root, port=0, environment=None):
        self.folder, self.name, self.port = folder, name, port
        self.home = pathlib.Path(root) / name
        self.home.mkdir(parents=True, exist_ok=True)
        self.environment = {"HOME": str(self.home), "PATH": os.environ["PATH"], **(environment or {})}
        self.process = None
        self.on_line = lambda line: None

    @property
    def state(self):
        return self.home / ".local/state/mesh-chat"

    @property
    def configuration(self):
        return self.home / ".config/mesh-chat"

    @property
    def store(self):
        return self.state / "history.sqlite"

    # Running

    def start(self, *flags):
        """Starts a run; returns at once. `ready()` waits for its first line."""
        self.lines, self.answers = queue.Queue(), {}
        self.answered = threading.Condition()
        self.has_ended = False
        with open(self.home / "notices", "ab") as notices:
            self.process = subprocess.Popen(
                [self.folder / "mesh-chat", "--json", "--bind", "127.0.0.1", "--port", str(self.port),
                 "--no-discovery", "--invite-only", *flags],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=notices, env=self.environment, close_fds=False,
                start_new_session=True)
        self.reader = threading.Thread(
            target=self._read, args=(self.process, self.lines, self.answers, self.answered), daemon=True)
        self.reader.start()
        return self

    def _read(self, process, lines, answers, answered):
        for line in process.stdout:
            if not line.endswith(b"\n"):
                break  # Cut off by a kill: it was never said.
            value = json.loads(line)
            self.on_line(value)
            if "ref" in value:
                with answered:
                    answers[value["ref"]] = value
                    answered.notify_all()
            else:
                lines.put(value)
        with answered:
            self.has_ended = True
            answered.notify_all()
        lines.put(None)

    def until(self, matches, limit=30):
        """The next event that `matches`."""
        end = time.monotonic() + limit
        while True:
            try:
                value = self.lines.get(timeout=max(0.01, end - time.monotonic()))
            except queue.Empty:
                raise TimeoutError(f"{self.name}: nothing came within {limit} s") from None
            if value is None:
                raise Ended(f"{self.name} has ended: {self.notices()[-500:]}")
            if matches(value):
                return value

    def ready(self, limit=30):
        return self.until(lambda event: event["type"] == "ready", limit)

    def write(self, **command):
        """Writes a command; False when the program is gone."""
        try:
            self.process.stdin.write((json.dumps(command) + "\n").encode())
            self.process.stdin.flush()
            return True
        except (BrokenPipeError, ValueError, OSError):
            return False

    def ask(self, command, within=60, **fields):
        ref = os.urandom(6).hex()
        if not self.write(cmd=command, ref=ref, **fields):
            raise Ended(f"{self.name} is gone: {self.notices()[-500:]}")
        with self.answered:
            if not self.answered.wait_for(lambda: ref in self.answers or self.has_ended, within):
                raise TimeoutError(f"{self.name}: no answer to {command} within {within} s")
            if ref not in self.answers:
                raise Ended(f"{self.name} has ended: {self.notices()[-500:]}")
            return self.answers.pop(ref)

    def history(self, since=0):
        answer = self.ask("history", since=since, limit=1_000_000)
        if "history" not in answer:
            raise Ended(f"{self.name} does not tell its history: {answer}")
        return answer["history"]

    def kill(self):
        """SIGKILL; when this returns, everything that the program had said has been read."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.let_go()

    def quit(self, limit=20):
        self.ask("quit")
        status = self.process.wait(limit)
        self.let_go()
        return status

    def let_go(self):
        """Reads what the ended program has said to its end, and closes its pipes."""
        self.reader.join()
        # A line that somebody wrote while the program died is still in the buffer, and closing tries it once more.
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        self.process.stdout.close()

    def notices(self):
        return (self.home / "notices").read_text(errors="replace")

    # Afterwards

    def run(self, *arguments, program="mesh-node", **options):
        """Runs a program to its end with this home."""
        return subprocess.run(
            [self.folder / program, *arguments], env=self.environment, capture_output=True, text=True, timeout=120,
            stdin=subprocess.DEVNULL, **options)

    def copied(self, folder):
        """A connection to a copy of the store as it lies there; None without a store."""
        if not self.store.exists():
            return None
        copy = pathlib.Path(folder) / f"{self.name}.sqlite"
        for suffix in ("", "-wal", "-shm"):
            target, source = pathlib.Path(f"{copy}{suffix}"), pathlib.Path(f"{self.store}{suffix}")
            target.unlink(missing_ok=True)
            if source.exists() and suffix != "-shm":
                shutil.copyfile(source, target)
        return contextlib.closing(sqlite3.connect(copy))

    def integrity(self, folder):
        """What SQLite says of the store as it lies there: "ok", or what is wrong; None without a store."""
        copied = self.copied(folder)
        if copied is None:
            return None
        with copied as connection:
            try:
                return "; ".join(row[0] for row in connection.execute("PRAGMA integrity_check"))
            except sqlite3.DatabaseError as error:
                return str(error)

    def rows(self, folder, table):
        """How many there are; None without a store."""
        copied = self.copied(folder)
        if copied is None:
            return None
        with copied as connection:
            return connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]

    def highest_row(self, folder, table):
        with self.copied(folder) as connection:
            return connection.execute(f"SELECT max(id) FROM {table}").fetchone()[0] or 0


def found_group(nodes):
    """Starts the nodes, founds a network with the first and invites the rest; returns when all are linked."""
    first, *others = nodes
    contact = first.start("--nick", first.name).ready()["contact"]
    first.ask("network", action="new")
    for other in others:
        key = other.start("--nick", other.name, "--seed", contact).ready()["id"]
        answer = first.ask("invite", key=key)
        if answer["type"] != "ack":
            raise SystemExit(f"invite: {answer}")
    for node in nodes:
        answer = node.ask("wait", members=len(nodes), online=len(nodes), converged=True, timeoutMs=30_000)
        if answer["type"] != "ack":
            raise SystemExit(f"{node.name} is not linked: {answer}")
