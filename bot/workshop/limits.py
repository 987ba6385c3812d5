"""What one worker may take of the machine, set by itself before it reads the first byte of a file."""

import math
import os
import resource

OPEN_FILES = 24
THREADS = 2
"""Threads that decode a HEIC at once; nothing else has more than one."""

HEIC_SHARE = 4
"""Two threads, and a processor that others use too needs up to twice the time for the same picture."""

POLITENESS = 5
"""The worker yields to the desk, which has people waiting."""


def confine(seconds: float, megabytes: int) -> None:
    """`seconds` of CPU time (rounded up to whole ones, which is what the kernel counts), `megabytes` MiB of addresses.

    Past the time the kernel ends the process with SIGXCPU; past the memory an allocation fails.
    """
    cpu = math.ceil(seconds)
    _limit(resource.RLIMIT_AS, megabytes * 2**20)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_NOFILE, OPEN_FILES)
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu * HEIC_SHARE + 1))
    os.nice(POLITENESS)


def allow_threads() -> None:
    """CPU time is counted over all threads, so the kind that uses two gets more of it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (min(soft * HEIC_SHARE, hard), hard))


def forbid_processes() -> None:
    """For the kinds that need no thread: none can be started any more, nor a process (root is not bound by it)."""
    _limit(resource.RLIMIT_NPROC, 0)


def _limit(what: int, value: int) -> None:
    _, hard = resource.getrlimit(what)
    ceiling = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(what, (ceiling, ceiling))
