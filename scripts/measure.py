#!/usr/bin/env python3
"""Measures N real mesh-chat processes on this machine: forming, latency to all, throughput, CPU, memory.

usage: scripts/measure.py [--nodes 8] [--messages 200] [--window 16] [--bin .build/release]

Build first: swift build -c release. Messages carry 200 bytes and are sent by all nodes in turn. Latency is from writing
the command to the last of the other nodes' event lines, as seen by this script, which shares the machine's cores with
the nodes; throughput keeps `window` messages outstanding; CPU is user and system time of all nodes. Fails when a message
is lost or comes twice. Prints one JSON object.
"""
import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time

news = threading.Condition()


def wait_until(condition, limit, what):
    end = time.monotonic() + limit
    with news:
        while not condition():
            if not news.wait(max(0.0, end - time.monotonic())) and time.monotonic() >= end:
                sys.exit(f"measure: no {what} within {limit} s")


class Node:
    def __init__(self, program, home, name, flags):
        os.makedirs(home)
        self.name, self.answers, self.seen, self.twice, self.count, self.ready = name, {}, {}, 0, 0, None
        flags = ["--json", "--nick", name, "--bind", "127.0.0.1", "--port", "0", "--no-discovery", "--invite-only", *flags]
        self.process = subprocess.Popen(
            [program, *flags], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            bufsize=1, env={"HOME": home, "PATH": os.environ["PATH"]})
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            at, event = time.monotonic(), json.loads(line)
            with news:
                if "ref" in event:
                    self.answers[event["ref"]] = event
                elif event["type"] == "message":
                    self.twice += event["text"] in self.seen
                    self.seen[event["text"]] = at
                elif event["type"] == "ready":
                    self.ready = event
                news.notify_all()

    def tell(self, **command):
        self.count += 1
        self.process.stdin.write(json.dumps(command | {"ref": str(self.count)}) + "\n")
        self.process.stdin.flush()
        return str(self.count)

    def ask(self, limit=60, **command):
        ref = self.tell(**command)
        wait_until(lambda: ref in self.answers, limit, f"answer of {self.name} to {command}")
        if self.answers[ref]["type"] == "error":
            sys.exit(f"measure: {self.name}: {self.answers[ref]}")
        return self.answers[ref]

    def cpu(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def pss(self):
        lines = pathlib.Path(f"/proc/{self.process.pid}/smaps_rollup").read_text().splitlines()
        return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def form(program, folder, count):
    """All nodes, each invited; one member invites at most a dozen others."""
    first = Node(program, f"{folder}/0", "n0", [])
    wait_until(lambda: first.ready, 20, "first line of n0")
    first.ask(cmd="network", action="new")
    nodes = [first] + [
        Node(program, f"{folder}/{number}", f"n{number}", ["--seed", first.ready["contact"]])
        for number in range(1, count)]
    for number, node in enumerate(nodes[1:]):
        wait_until(lambda: node.ready, 30, f"first line of {node.name}")
        sponsor = nodes[number // 12]
        if number % 12 == 0 and number > 0:
            sponsor.ask(cmd="wait", online=2, timeoutMs=60_000)
        sponsor.ask(cmd="invite", key=node.ready["id"])
    for node in nodes:
        node.ask(cmd="wait", online=count, converged=True, timeoutMs=60_000)
    return nodes


def send(nodes, number, prefix):
    text = f"{prefix}{number} " + "x" * 190
    sender = nodes[number % len(nodes)]
    at = time.monotonic()
    sender.tell(cmd="send", text=text)
    return text, sender, at


def everywhere(nodes, text):
    wait_until(lambda: all(text in node.seen for node in nodes), 60, f"{text[:8]} at every node: a message is lost")


def latencies(nodes, count):
    result = []
    for number in range(count):
        text, sender, at = send(nodes, number, "l")
        everywhere(nodes, text)
        result.append((max(node.seen[text] for node in nodes if node is not sender) - at) * 1000)
    return sorted(result)


def throughput(nodes, count, window):
    cpu, start, texts = sum(node.cpu() for node in nodes), time.monotonic(), []
    for number in range(count):
        texts.append(send(nodes, number, "t")[0])
        if number >= window:
            everywhere(nodes, texts[number - window])
    for text in texts:
        everywhere(nodes, text)
    seconds = time.monotonic() - start
    return count / seconds, (sum(node.cpu() for node in nodes) - cpu) / count / (len(nodes) - 1) * 1e6


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--nodes", type=int, default=8)
    options.add_argument("--messages", type=int, default=200)
    options.add_argument("--window", type=int, default=16)
    options.add_argument("--bin", default=".build/release")
    options = options.parse_args()
    program = str(pathlib.Path(options.bin, "mesh-chat").resolve())
    if not shutil.which(program):
        sys.exit(f"measure: no {program}; build it with: swift build -c release")
    with tempfile.TemporaryDirectory() as folder:
        start = time.monotonic()
        nodes = form(program, folder, options.nodes)
        formed = time.monotonic() - start
        degrees = [len(node.ask(cmd="links")["links"]) for node in nodes]
        idle, at = sum(node.cpu() for node in nodes), time.monotonic()
        time.sleep(5)  # the idle figure is over five seconds of silence
        idle = (sum(node.cpu() for node in nodes) - idle) / (time.monotonic() - at) / len(nodes)
        latency = latencies(nodes, options.messages)
        rate, cpu = throughput(nodes, 5 * options.messages, options.window)
        twice, pss = sum(node.twice for node in nodes), statistics.mean(node.pss() for node in nodes)
        for node in nodes:
            node.tell(cmd="quit")
        for node in nodes:
            node.process.wait(10)
    print(json.dumps({
        "nodes": options.nodes, "formedSeconds": round(formed, 2), "degrees": degrees,
        "idleCPUPercentPerNode": round(idle * 100, 3), "latencyP50Ms": round(latency[len(latency) // 2], 2),
        "latencyP99Ms": round(latency[int(len(latency) * 0.99)], 2), "messagesPerSecondToAll": round(rate),
        "cpuMicrosecondsPerDelivery": round(cpu), "pssMiBPerNode": round(pss, 1),
        "messages": 6 * options.messages, "lost": 0, "twice": twice}))
    sys.exit(1 if twice else 0)


if __name__ == "__main__":
    main()
