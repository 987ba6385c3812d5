"""The venue's faults are those of every venue of the sandbox."""

from bot.sandbox.faults import Fault, FaultBox, fault_from

__all__ = ["Fault", "FaultBox", "fault_from"]
