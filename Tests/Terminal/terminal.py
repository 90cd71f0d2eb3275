"""The real program on a pseudo-terminal: everything that it writes is kept, and typed bytes reach it as they are."""

import argparse
import fcntl
import os
import pty
import re
import select
import shutil
import signal
import struct
import subprocess
import tempfile
import termios
import threading
import time

from screens import BUILD, LIMIT, LOOPBACK

LEFT = b"\x1b[?1049l"
ENTERED = b"\x1b[?1049h"


class Run:
    """mesh-chat-tui under a pty; everything it writes is kept."""

    def __init__(self, *arguments, rows=24, columns=80, home=None, config=None, **variables):
        self.home = home or tempfile.mkdtemp(prefix="mesh-tui-")
        if config is not None:
            os.makedirs(os.path.join(self.home, ".config/mesh-chat"), mode=0o700)
            with open(os.path.join(self.home, ".config/mesh-chat/config.toml"), "w", encoding="utf-8") as file:
                file.write(config)
        self.master, self.slave = pty.openpty()
        self.resize(rows, columns, tell=False)
        self.before = termios.tcgetattr(self.slave)
        self.modes_before = subprocess.run(["stty", "-g"], stdin=self.slave, capture_output=True, text=True).stdout
        environment = {"PATH": "/usr/bin:/bin", "HOME": self.home, "TERM": "xterm-256color", "LANG": "C.UTF-8", **variables}
        environment = {key: value for key, value in environment.items() if value is not None}
        self.process = subprocess.Popen(
            [os.path.join(BUILD, "mesh-chat-tui"), *arguments], stdin=self.slave, stdout=self.slave, stderr=self.slave,
            env=environment, start_new_session=True, preexec_fn=self.prepare)
        self.output = b""

    @staticmethod
    def prepare():
        """As a shell at a terminal starts programs. One that runs this script in the background has us ignore Ctrl+C, and
        a signal that comes before the program looks after signals would be lost."""
        for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    def read(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            ready, _, _ = select.select([self.master], [], [], max(0, end - time.monotonic()))
            if not ready:
                break
            try:
                self.output += os.read(self.master, 1 << 16)
            except OSError:
                break

    def read_once(self, seconds):
        """What comes first, or nothing for so long."""
        if select.select([self.master], [], [], seconds)[0]:
            self.output += os.read(self.master, 1 << 16)

    def sees(self, text, within=LIMIT):
        """In what is sent, not on a screen: what it looks for must come in one piece."""
        end = time.monotonic() + within
        while text.encode() not in self.output:
            if time.monotonic() > end or self.process.poll() is not None:
                self.read(0.2)
                if text.encode() in self.output:
                    return
                raise AssertionError(f"{text!r} was not shown, but {self.output[-3000:]!r}")
            self.read(0.05)

    def redraws(self, text, within=LIMIT):
        """Asks for the whole screen (Ctrl+L) until the text is on it: an update sends the cells that differ, and of two
        lines that are alike only the end."""
        end = time.monotonic() + within
        self.output = b""
        while text.encode() not in self.output:
            assert time.monotonic() < end, f"{text!r} is not shown, but {self.output[-3000:]!r}"
            self.type("\x0c")
            self.read_once(1)
            self.read(0.05)

    def begins(self):
        """Waits for the program's own first step, to block signals; until then Swift's runtime answers a crash."""
        end = time.monotonic() + LIMIT
        while True:
            with open(f"/proc/{self.process.pid}/status") as file:
                blocked = int(re.search(r"SigBlk:\s+([0-9a-f]+)", file.read()).group(1), 16)
            if blocked >> (signal.SIGTERM - 1) & 1:
                return
            assert time.monotonic() < end and self.process.poll() is None, "the program does not begin"
            time.sleep(0.001)

    def type(self, data):
        data = data.encode() if isinstance(data, str) else data
        while data:
            _, ready, _ = select.select([], [self.master], [], 0.05)
            if ready:
                data = data[os.write(self.master, data[:4096]):]
            self.read(0)
            ready, _, _ = select.select([self.master], [], [], 0)
            if ready:
                self.output += os.read(self.master, 1 << 16)

    def escape(self):
        """Closes a popup, and waits until it is closed: Esc and a key right behind it are Alt and that key."""
        self.read(0.05)
        self.output = b""
        self.type("\x1b")
        end = time.monotonic() + LIMIT
        while not self.output:
            assert time.monotonic() < end, "Esc changes nothing"
            self.read(0.05)
        self.read(0.05)

    def resize(self, rows, columns, tell=True):
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        if tell:
            os.kill(self.process.pid, signal.SIGWINCH)

    def ends(self, within=LIMIT):
        end = time.monotonic() + within
        while self.process.poll() is None and time.monotonic() < end:
            self.read(0.05)
        status = self.process.poll()
        if status is None:
            raise AssertionError(f"still running after {within} s: {self.output[-500:]!r}")
        self.read(0.1)
        return status

    @property
    def is_restored(self):
        return termios.tcgetattr(self.slave) == self.before and self.output.rfind(ENTERED) <= self.output.rfind(LEFT)

    def cpu(self):
        with open(f"/proc/{self.process.pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident(self):
        with open(f"/proc/{self.process.pid}/status") as file:
            return int(re.search(r"VmRSS:\s+(\d+)", file.read()).group(1))

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for descriptor in (self.master, self.slave):
            try:
                os.close(descriptor)
            except OSError:
                pass
        shutil.rmtree(self.home, ignore_errors=True)


def running(**options):
    run = Run("--nick", "alice", "--ephemeral", *LOOPBACK, **options)
    run.sees("You are: alice")
    return run


class Friend:
    """mesh-chat in line mode, who is invited and writes what it is given."""

    def __init__(self, nick, contact):
        self.process = subprocess.Popen(
            [os.path.join(BUILD, "mesh-chat"), "--nick", nick, "--ephemeral", "--invite-only", "--seed", contact, *LOOPBACK],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env={"HOME": "/"})
        self.notices = []
        threading.Thread(target=lambda: self.notices.extend(self.process.stderr), daemon=True).start()
        self.key = self.wait("For a friend: ").split("For a friend: ")[1][:64]

    def wait(self, text):
        end = time.monotonic() + LIMIT
        while time.monotonic() < end:
            for line in list(self.notices):
                if text in line:
                    return line
            time.sleep(0.01)
        raise AssertionError(f"the friend does not say {text!r} within {LIMIT} s but {self.notices[-20:]}")

    def write(self, text):
        self.process.stdin.write(text)
        self.process.stdin.flush()

    def close(self):
        self.process.kill()
        self.process.wait()


CONTACT = r"[0-9a-f]{64}@127\.0\.0\.1:\d+"


def invited(run):
    """Bob. Alice's contact stands in her transcript in pieces; at 200 columns in one."""
    run.sees("For a friend: ")
    friend = Friend("bob", re.search(CONTACT.encode(), run.output).group().decode())
    run.type(f"/invite {friend.key}\r")
    run.sees("bob joined")
    return friend


def main(tests, description):
    """Runs the functions of a script whose names begin with test_, or those whose names have one of the given parts."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("names", nargs="*", help="parts of the names of tests")
    wanted = parser.parse_args().names
    for name, test in list(tests.items()):
        if not name.startswith("test_") or wanted and not any(part in name for part in wanted):
            continue
        begin = time.monotonic()
        test()
        print(f"{time.monotonic() - begin:5.1f} s  {name[5:].replace('_', ' ')}", flush=True)
