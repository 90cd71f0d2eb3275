"""A terminal for tests: a tmux server of its own, and programs in it that are typed at and looked at."""

import os
import re
import shutil
import subprocess
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("MESH_BUILD", os.path.join(ROOT, ".build", "debug"))
# The machine may be shared; what takes a moment on an idle one may take long there.
LIMIT = 60
LOOPBACK = ["--no-discovery", "--bind", "127.0.0.1", "--port", "0"]


class Missing(Exception):
    pass


class Tmux:
    """Sessions on a server that reads nobody's configuration."""

    def __init__(self, columns=80, rows=24):
        self.folder = tempfile.mkdtemp(prefix="mesh-tui-")
        self.socket = os.path.join(self.folder, "tmux")
        self.size = (columns, rows)

    def __call__(self, *arguments):
        command = ["tmux", "-S", self.socket, "-f", "/dev/null", *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=LIMIT).stdout

    def start(self, name, arguments, program="mesh-chat-tui", environment=None):
        home = os.path.join(self.folder, name)
        os.makedirs(home, exist_ok=True)
        variables = {"HOME": home, "XDG_CONFIG_HOME": "", "XDG_STATE_HOME": "", "LANG": "C.UTF-8", **(environment or {})}
        words = ["env", *[f"{key}={value}" for key, value in variables.items()], os.path.join(BUILD, program), *arguments]
        columns, rows = self.size
        # The shell keeps the pane when the program has ended, so that what it leaves can be seen.
        line = " ".join(words) + "; echo ended with $?; exec cat"
        self("new-session", "-d", "-s", name, "-x", str(columns), "-y", str(rows), line)
        return Person(self, name)

    def stop(self):
        try:
            self("kill-server")
        except subprocess.CalledProcessError:
            pass
        shutil.rmtree(self.folder, ignore_errors=True)


class Person:
    def __init__(self, tmux, name):
        self.tmux = tmux
        self.name = name

    def press(self, *keys):
        self.tmux("send-keys", "-t", self.name, *keys)
        # Esc and a key right behind it are Alt and that key, here as everywhere; so it waits until the popup is gone.
        if keys[-1] == "Escape":
            self.until(lambda screen: "└─ " not in screen, "the popup closed")

    def type(self, text, enter=True):
        self.tmux("send-keys", "-t", self.name, "-l", "--", text)
        if enter:
            self.press("Enter")

    @property
    def screen(self):
        return self.tmux("capture-pane", "-p", "-t", self.name)

    def until(self, is_there, wish, within=LIMIT):
        """Waits until the screen is as it should be, and returns it; fails with what it is instead."""
        end = time.monotonic() + within
        while not is_there(screen := self.screen):
            if time.monotonic() > end:
                raise Missing(f"{self.name} does not see {wish} within {within} s but\n{screen}")
            time.sleep(0.05)
        return screen

    def sees(self, *texts):
        return self.until(lambda screen: all(text in screen for text in texts), texts)

    def settles(self, *patterns):
        """The same with regular expressions."""
        return self.until(lambda screen: all(re.search(pattern, screen) for pattern in patterns), patterns)

    def resize(self, columns, rows):
        self.tmux("resize-window", "-t", self.name, "-x", str(columns), "-y", str(rows))
