# SPDX-FileCopyrightText: 2026 The swift-galene authors
# SPDX-License-Identifier: MIT
"""An emulated bad network for tests: two network namespaces whose only link is the program network-emulator.

    with EmulatedNetwork("call", "both delay 50 loss 0.1", seed=1) as network:
        subprocess.run(network.inside("a", "chromium", ...))     # 10.99.0.1, fd99::1
        server = network.socket("b", socket.AF_INET)             # 10.99.0.2, fd99::2
        network.change("a->b rate 300000")

Two namespaces that exist already are linked by `EmulatedNetwork.between(a, b, "both loss 0.1")`, and unlinked at the end.
"""

import contextlib
import ctypes
import os
import pathlib
import re
import socket
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
CLONE_NEWNET = 0x40000000
ADDRESSES = {"a": ("10.99.0.1", "fd99::1"), "b": ("10.99.0.2", "fd99::2")}


def emulator_program():
    """The newest build of network-emulator; GALENE_NETWORK_EMULATOR names another one."""
    named = os.environ.get("GALENE_NETWORK_EMULATOR")
    found = [pathlib.Path(named)] if named else [
        path for path in ROOT.glob(".build*/*/network-emulator") if path.is_file() and os.access(path, os.X_OK)]
    if not found:
        raise RuntimeError("network-emulator is not built: swift build --product network-emulator")
    return max(found, key=lambda path: path.stat().st_mtime)


def network_pair(*arguments):
    result = subprocess.run(
        [ROOT / "Scripts/network-pair", *arguments], capture_output=True, text=True, timeout=30, check=False)
    if result.returncode != 0:
        raise RuntimeError(result.stderr.strip())


@contextlib.contextmanager
def entered(namespace):
    """Within, the sockets that this thread makes and the programs that it starts belong to `namespace`."""
    libc = ctypes.CDLL(None, use_errno=True)
    with open("/proc/thread-self/ns/net") as before, open(f"/run/netns/{namespace}") as there:
        if libc.setns(there.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), f"cannot enter the network namespace {namespace}")
        try:
            yield
        finally:
            if libc.setns(before.fileno(), CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), "cannot come back from a network namespace")


class EmulatedNetwork:
    def __init__(self, name, *conditions, seed=1):
        self.namespaces = {side: f"{name}-{side}" for side in ADDRESSES}
        self.make, self.remove = ("up", name), ("down", name)
        self.conditions, self.seed = conditions, seed
        self.process = None

    @classmethod
    def between(cls, a, b, *conditions, seed=1):
        """A network between two namespaces that exist already, and stay."""
        network = cls(None, *conditions, seed=seed)
        network.namespaces = {"a": a, "b": b}
        network.make, network.remove = ("link", a, b), ("unlink", a, b)
        return network

    def __enter__(self):
        if os.geteuid() != 0:
            raise RuntimeError("tests of the emulated network make network namespaces, which only root may: run as root")
        program = emulator_program()
        network_pair(*self.make)
        self.process = subprocess.Popen(
            [program, self.namespaces["a"], self.namespaces["b"], "--seed", str(self.seed), *self.conditions],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        if self.process.stdout.readline() != "ready\n":
            self.__exit__()
            raise RuntimeError("network-emulator did not start")
        return self

    def __exit__(self, *_):
        if self.process:
            self.process.stdin.close()
            try:
                self.process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.process.stdout.close()
        network_pair(*self.remove)

    def change(self, line):
        """New conditions, in force before this returns."""
        self.process.stdin.write(line + "\n")
        self.statistics()

    def statistics(self):
        """{"a->b": (sent, dropped), "b->a": (sent, dropped), "refused": n}"""
        self.process.stdin.write("statistics\n")
        line = self.process.stdout.readline()
        counts = re.fullmatch(
            r"statistics a->b sent (\d+) dropped (\d+) b->a sent (\d+) dropped (\d+) refused (\d+)\n", line)
        if not counts:
            raise RuntimeError(f"network-emulator said {line!r}")
        a, b, c, d, refused = map(int, counts.groups())
        return {"a->b": (a, b), "b->a": (c, d), "refused": refused}

    def inside(self, side, *command):
        """The command line that runs `command` in the namespace of `side`."""
        return ["ip", "netns", "exec", self.namespaces[side], *command]

    def socket(self, side, family=socket.AF_INET, kind=socket.SOCK_DGRAM):
        """A socket that belongs to the namespace of `side`, made from here."""
        with entered(self.namespaces[side]):
            return socket.socket(family, kind)
