"""Ends mesh-cluster in every way there is, kill -9 among them, and looks for what it leaves: processes, sockets, ports,
network namespaces. Then starts it again. Also what bad input and wrong expectations get.

    python3 Tests/Cluster/left_behind.py [FOLDER OF THE PROGRAMS]
"""

import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Durability"))
from mesh_programs import programs

LIMIT = 60


class Stage:
    """Clusters in a folder of this test's own."""

    def __init__(self, folder):
        self.folder, self.root = folder, tempfile.mkdtemp(prefix="mesh-left-")
        self.environment = {**os.environ, "MESH_CLUSTERS": self.root}
        for name in ("MESH_CLUSTER", "MESH_CLUSTER_INSIDE"):
            self.environment.pop(name, None)

    def command(self, *words):
        return [str(self.folder / "mesh-cluster"), *words]

    def run(self, *words, **options):
        return subprocess.run(self.command(*words), env=self.environment, stdin=subprocess.DEVNULL, text=True,
                              capture_output=True, timeout=LIMIT, **options)

    def start(self, *words):
        return subprocess.Popen(self.command(*words), env=self.environment, stdin=subprocess.DEVNULL, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def scenario(self, text):
        path = self.root + ".mesh"
        with open(path, "w") as file:
            file.write(text)
        return path

    def processes(self):
        """Everything that has a path of this test's folder among its arguments."""
        found = {}
        for name in os.listdir("/proc"):
            if not name.isdigit():
                continue
            try:
                with open(f"/proc/{name}/cmdline", "rb") as file:
                    words = file.read().split(b"\0")
            except OSError:
                continue
            if any(word.startswith(self.root.encode() + b"/") for word in words):
                found[int(name)] = words
        return found

    def keepers(self):
        found = {}
        for entry in os.listdir("/proc"):
            try:
                with open(f"/proc/{entry}/cmdline", "rb") as file:
                    words = file.read().split(b"\0")
                with open(f"/proc/{entry}/environ", "rb") as file:
                    mine = f"MESH_CLUSTERS={self.root}".encode() in file.read().split(b"\0")
            except OSError:
                continue
            if mine and words[1:2] == [b"keep"]:
                found[words[2].decode()] = int(entry)
        return found

    def nothing_runs(self):
        wait("all processes to be gone", lambda: not self.processes())

    def nothing_is_left(self):
        self.nothing_runs()
        wait("the keepers to be gone", lambda: not self.keepers())
        wait("the folder to be empty", lambda: os.listdir(self.root) == [])

    def ports(self):
        return [int(port) for words in self.processes().values() for word, port in zip(words, words[1:])
                if word == b"--port"]


def wait(what, holds, limit=LIMIT):
    end = time.monotonic() + limit
    while not holds():
        if time.monotonic() > end:
            raise AssertionError(f"waited {limit} s in vain for {what}")
        time.sleep(0.02)


def read_until(process, text):
    """Lines up to the first that holds the text."""
    for line in process.stdout:
        if text in line:
            return
    raise AssertionError(f"the tool ended before it said {text!r}: {process.stderr.read()}")


def are_free(ports):
    for port in ports:
        with socket.socket() as one:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                one.bind(("127.0.0.1", port))
            except OSError:
                return False
    return True


def namespaces():
    """The network namespaces that some process is in."""
    found = set()
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                found.add(os.readlink(f"/proc/{name}/ns/net"))
            except OSError:
                pass
    return found


def killed_run(stage):
    """kill -9 of `run` while one node is stopped, which no signal but that one reaches."""
    story = stage.scenario("up 3\nstop node2\npause node3 --for 1h\n")
    tool = stage.start("run", story)
    read_until(tool, "stop node2")
    ports = stage.ports()
    assert len(stage.processes()) == 3 and len(ports) == 3, stage.processes()
    tool.kill()
    tool.wait()
    stage.nothing_runs()
    # A process loses its name some moments before its sockets.
    wait("the ports to be free", lambda: are_free(ports))
    again = stage.run("run", stage.scenario("up 2\nsend node1 \"again\"\nwait all once \"again\" within 20s\n"))
    assert again.returncode == 0, again.stdout + again.stderr
    stage.nothing_is_left()


def interrupted_run(stage):
    for number in (signal.SIGINT, signal.SIGTERM):
        tool = stage.start("run", stage.scenario("up 2\npause node2 --for 1h\n"))
        read_until(tool, "up 2")
        tool.send_signal(number)
        tool.wait(LIMIT)
        assert tool.returncode == 130, tool.returncode
        stage.nothing_is_left()


def interrupted_up(stage):
    """Ctrl+C while the nodes come up ends those that are there."""
    tool = stage.start("up", "8")
    wait("the first node", lambda: len(stage.processes()) > 0)
    tool.send_signal(signal.SIGINT)
    tool.wait(LIMIT)
    assert tool.returncode == 130, tool.returncode
    stage.nothing_is_left()


def killed_keeper(stage):
    """`up` returns and the nodes go on; the process that keeps them is killed."""
    assert stage.run("up", "2").returncode == 0
    assert stage.run("up", "2").returncode == 73
    side = stage.run("up", "2", "--cluster", "side", "--tls", "off")
    assert side.returncode == 0, side.stderr
    assert stage.run("send", "node1", "hello").returncode == 0
    assert stage.run("wait", "node2", "once", "hello").returncode == 0
    assert stage.run("expect", "all", "lacks", "hello", "--cluster", "side").returncode == 0
    os.kill(stage.keepers()["default"], signal.SIGKILL)
    wait("the nodes to be gone", lambda: len(stage.processes()) == 2)
    assert stage.run("ps").returncode == 69
    again = stage.run("up", "2")
    assert again.returncode == 0, again.stderr
    assert stage.run("down").returncode == 0
    os.kill(stage.keepers()["side"], signal.SIGTERM)
    stage.nothing_is_left()


def hosts(stage):
    """The same with hosts of their own."""
    if os.geteuid() != 0 or not shutil.which("nft"):
        print("   (not root, or no nft: hosts of their own are not tried)")
        return
    before = namespaces()
    story = stage.scenario("up 3 --open --topology lan\ncut node1 / node2,node3\nstop node2\npause node3 --for 1h\n")
    tool = stage.start("run", "--hosts", "netns", story)
    read_until(tool, "stop node2")
    assert len(namespaces() - before) == 4
    tool.kill()
    tool.wait()
    stage.nothing_runs()
    wait("the namespaces to be gone", lambda: namespaces() <= before)
    assert not os.path.isdir("/run/netns") or os.listdir("/run/netns") == []
    again = stage.run("up", "2", "--hosts", "netns")
    assert again.returncode == 0, again.stderr
    assert stage.run("down").returncode == 0
    stage.nothing_is_left()
    wait("the namespaces to be gone", lambda: namespaces() <= before)


def wrong_expectation(stage):
    story = stage.scenario("up 2\nsend node1 \"a\"\nexpect node2 messages = 7\nsend node1 \"never\"\n")
    tool = stage.run("run", story)
    assert tool.returncode == 1
    for text in (f"{story}:3: expect node2 messages = 7", "expected  node2: messages = 7", "found     node2: messages = ",
                 "-- log of node1", "-- log of node2", "0 passed, 1 failed"):
        assert text in tool.stdout, f"{text!r} is not in\n{tool.stdout}"
    assert "never" not in tool.stdout
    assert re.search(r"-- log of node1\n +20..-", tool.stdout), tool.stdout
    lines = [json.loads(line) for line in stage.run("run", "--json", story).stdout.splitlines()]
    assert [line["type"] for line in lines] == ["scenario", "step", "step", "step", "result", "total"], lines
    assert lines[3]["ok"] is False and lines[3]["logs"]["node1"], lines[3]
    stage.nothing_is_left()


def bad_input(stage):
    table = [
        (["ps"], 69, "bring one up with: mesh-cluster up 3"),
        (["run", "/nowhere.mesh"], 65, "cannot read the scenario"),
        (["run", stage.scenario("up 2\nsned node1 hi\n")], 65, ":2: \"sned\" is no step; did you mean \"send\"?"),
        (["up", "3", "--node", "/nowhere/mesh-node"], 69, "swift build --product mesh-node"),
        (["up", "0"], 64, "no number of nodes"),
        (["up", "2", "--ports", "9-1"], 64, "20000-20100"),
        (["up", "2", "--ports", "20000-20000"], 73, "give others with --ports"),
        (["up", "2", "--cluster", "a/b"], 64, "a cluster's name"),
        (["up", "2", "--topology", "lan"], 64, "--hosts netns"),
        (["cut", "node1", "node2"], 64, "between the sides stands a /"),
    ]
    for words, status, sentence in table:
        tool = stage.run(*words)
        assert (tool.returncode, sentence in tool.stderr) == (status, True), (words, tool.returncode, tool.stderr)
    assert stage.run("up", "1").returncode == 0
    for words, status, sentence in [(["kill", "node4"], 64, "there is no node4; there are node1"),
                                    (["wait", "node1", "online", "=", "2", "within", "1s"], 75, "online = 1")]:
        tool = stage.run(*words)
        assert (tool.returncode, sentence in tool.stderr) == (status, True), (words, tool.returncode, tool.stderr)
    # What stands behind -- is for mesh-node.
    help_of_node = stage.run("exec", "node1", "--", "graph", "--help").stdout
    assert "mesh-node graph" in help_of_node, help_of_node
    assert stage.run("down").returncode == 0
    stage.nothing_is_left()
    if os.geteuid() == 0:
        nobody(stage)


def nobody(stage):
    """Without root there are no hosts of their own, and all else works."""
    other = Stage(stage.folder)
    os.chmod(other.root, 0o700)
    shutil.chown(other.root, 65534, 65534)
    tool = other.run("up", "2", "--hosts", "netns", user=65534, group=65534, extra_groups=[])
    assert tool.returncode == 77 and "only root" in tool.stderr, tool.stderr
    story = stage.scenario("up 2\nsend node1 \"a\"\nwait all once \"a\" within 20s\n")
    tool = other.run("run", story, user=65534, group=65534, extra_groups=[])
    assert tool.returncode == 0, tool.stdout + tool.stderr
    shutil.rmtree(other.root)


def certificates(stage):
    folder = tempfile.mkdtemp(prefix="mesh-certs-")
    assert stage.run("up", "3").returncode == 0
    assert stage.run("certs", folder).returncode == 0
    assert stage.run("down").returncode == 0
    subprocess.run([pathlib.Path(__file__).with_name("certificates.sh"), folder], check=True)
    shutil.rmtree(folder)


def main():
    folder = programs(sys.argv[1] if len(sys.argv) > 1 else None, ("mesh-cluster", "mesh-node"))
    for part in (killed_run, interrupted_run, interrupted_up, killed_keeper, hosts, wrong_expectation, bad_input, certificates):
        stage = Stage(folder)
        start = time.monotonic()
        try:
            part(stage)
        finally:
            for process in [*stage.keepers().values(), *stage.processes()]:
                os.kill(process, signal.SIGKILL)
            shutil.rmtree(stage.root, ignore_errors=True)
            pathlib.Path(stage.root + ".mesh").unlink(missing_ok=True)
        print(f"{part.__name__.replace('_', ' ')}: nothing is left ({time.monotonic() - start:.1f} s)", flush=True)


main()
