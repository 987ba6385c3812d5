"""Warm processes from which others are forked: what starts anew spends half a second of CPU or more on its imports.

A module that is warmed has `warm_up()`, called once, and `live(arguments, channel)`, called in every fork, which has
a descriptor to speak on. Forked from a process without threads and without an event loop, it starts as clean as a
new one. All forks end with this process.
"""

from __future__ import annotations

import array
import atexit
import ctypes
import functools
import gc
import importlib
import json
import os
import random
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
PR_SET_PDEATHSIG = 1
LONGEST_ORDER = 65536
NUMBER = struct.Struct("i")
WARM_SECONDS = 30.0


class Forge:
    """The other end of the socket of a warm process."""

    def __init__(self, module: str) -> None:
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._socket.settimeout(WARM_SECONDS)
        command = [sys.executable, "-m", "tests.support.warm", str(theirs.fileno()), module]
        with theirs:
            self._process = subprocess.Popen(command, cwd=CHECKOUT, pass_fds=[theirs.fileno()])

    def fork(self, channel: int, arguments: Sequence[str] = ()) -> int:
        """A new process with this descriptor; its id."""
        order = json.dumps(list(arguments)).encode()
        self._socket.sendmsg([order], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [channel]))])
        return int(NUMBER.unpack(self._socket.recv(NUMBER.size))[0])

    def close(self) -> None:
        self._socket.close()
        self._process.wait(15)


@functools.cache
def forge(module: str) -> Forge:
    """The one of this process for that module, started when the first fork is wanted."""
    made = Forge(module)
    atexit.register(made.close)
    return made


def _serve(orders: socket.socket, name: str) -> None:
    """Fork for every order until the other end is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the tests; the socket then ends this process
    module = importlib.import_module(name)
    module.warm_up()
    gc.collect()
    gc.freeze()
    alive: set[int] = set()
    while True:
        order, ancillary, _, _ = orders.recvmsg(LONGEST_ORDER, socket.CMSG_SPACE(NUMBER.size))
        if not order:
            break
        channel = NUMBER.unpack(ancillary[0][2])[0]
        pid = os.fork()
        if pid == 0:
            orders.close()
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            random.seed()
            status = 1
            try:
                module.live(json.loads(order), channel)
                status = 0
            finally:
                sys.stderr.flush()
                os._exit(status)
        os.close(channel)
        orders.send(NUMBER.pack(pid))
        alive.add(pid)
        alive -= {gone for gone in alive if os.waitpid(gone, os.WNOHANG)[0]}
    for pid in alive:
        os.kill(pid, signal.SIGTERM)
        os.waitpid(pid, 0)


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])), sys.argv[2])
