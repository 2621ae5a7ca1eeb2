"""Two hosts on one machine: network namespaces joined by a cable, and ranks of one run on them."""

import os
import pathlib
import signal
import subprocess
import time


class TwoHosts:
    """Rank i runs on host i % 2. Needs root. Leave the `with` block to take the hosts away."""

    ADDRESSES = ("10.231.77.1", "10.231.77.2")

    def __init__(self):
        self.names = [f"topfive-{letter}-{os.getpid()}" for letter in "ab"]
        self.cables = [f"t5{letter}{os.getpid() % 100000}" for letter in "ab"]

    def __enter__(self):
        for name in self.names:
            ip("netns", "add", name)
        ip("link", "add", self.cables[0], "netns", self.names[0], "type", "veth", "peer", "name", self.cables[1],
           "netns", self.names[1])
        for host, address in enumerate(self.ADDRESSES):
            self.on(host, "addr", "add", f"{address}/24", "dev", self.cables[host])
            self.on(host, "link", "set", "lo", "up")
        self.plug()
        return self

    def __exit__(self, *_):
        for name in self.names:
            subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True)

    def on(self, host, *arguments):
        ip("-n", self.names[host], *arguments)

    def plug(self):
        for host in (0, 1):
            self.on(host, "link", "set", self.cables[host], "up")

    def unplug(self):
        self.on(0, "link", "set", self.cables[0], "down")

    def command(self, host, command):
        return ["ip", "netns", "exec", self.names[host], *command]


def ip(*arguments):
    subprocess.run(["ip", *arguments], check=True, capture_output=True, text=True)


def why_not():
    """Why this machine cannot have two hosts; empty where it can."""
    if os.geteuid() != 0:
        return "network namespaces need root"
    name = f"topfive-try-{os.getpid()}"
    try:
        ip("netns", "add", name)
        try:
            ip("link", "add", "t5try0", "netns", name, "type", "veth", "peer", "name", "t5try1", "netns", name)
        finally:
            ip("netns", "del", name)
    except FileNotFoundError:
        return "there is no `ip` (Debian: iproute2)"
    except subprocess.CalledProcessError as error:
        return "this system gives no network namespaces with cables: " + error.stderr.strip()
    return ""


class Rank:
    """One process of a run, as torchrun would start it on that host."""

    def __init__(self, hosts, number, size, port, command, messages):
        self.number = number
        self.messages = pathlib.Path(messages)
        self.ended_with = None  # its messages, once end() was called: the file is the next rank's
        environment = {**os.environ, "RANK": str(number), "WORLD_SIZE": str(size), "LOCAL_RANK": str(number // 2),
                       "LOCAL_WORLD_SIZE": str((size + 1 - number % 2) // 2), "MASTER_ADDR": hosts.ADDRESSES[0],
                       "MASTER_PORT": str(port)}
        with open(self.messages, "w", encoding="utf-8") as out:
            # `ip netns exec` becomes the program itself: signals reach it.
            self.process = subprocess.Popen(hosts.command(number % 2, command), stdout=subprocess.DEVNULL, stderr=out,
                                            env=environment)

    def said(self):
        if self.ended_with is None:
            return self.messages.read_text(errors="replace")
        return self.ended_with

    def error(self):
        """Its last line that tells an error."""
        lines = [line for line in self.said().splitlines() if "error: " in line]
        return lines[-1] if lines else ""

    def signal(self, number):
        self.process.send_signal(number)

    def ended(self):
        return self.process.poll() is not None

    def code(self):
        return self.process.returncode

    def end(self):
        if not self.ended():
            self.signal(signal.SIGKILL)
            self.process.wait()
        self.ended_with = self.said()


class Ranks:
    """All processes of a run. `late` seconds pass before the last one starts."""

    def __init__(self, hosts, commands, port, directory, late=0.0, size=None):
        self.ranks = []
        size = size or len(commands)
        for number, command in enumerate(commands):
            if number == len(commands) - 1:
                time.sleep(late)
            self.ranks.append(Rank(hosts, number, size, port, command, pathlib.Path(directory) / f"rank-{number}"))

    def __iter__(self):
        return iter(self.ranks)

    def __getitem__(self, number):
        return self.ranks[number]

    def __len__(self):
        return len(self.ranks)

    def wait(self, seconds, besides=()):
        """Until all have ended, but for those `besides`; the seconds it took, or None."""
        start = time.monotonic()
        while not all(rank.ended() for rank in self.ranks if rank.number not in besides):
            if time.monotonic() - start > seconds:
                return None
            time.sleep(0.01)
        return time.monotonic() - start

    def end(self):
        for rank in self.ranks:
            rank.end()
