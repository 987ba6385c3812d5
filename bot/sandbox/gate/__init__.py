"""A local Gate C2C: the merchant API of the contract over real HTTP, with state, faults and a control door."""

from bot.sandbox.gate.control import gate_control_routes
from bot.sandbox.gate.face import gate_app
from bot.sandbox.gate.venue import GateVenue

__all__ = ["GateVenue", "gate_app", "gate_control_routes"]
