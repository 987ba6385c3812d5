"""A local MTPay: the deposit call, its checkout page, matching, payers, and webhooks, true and forged (contract §7)."""

from bot.sandbox.mtpay.control import mtpay_control_routes
from bot.sandbox.mtpay.face import mtpay_app
from bot.sandbox.mtpay.venue import MtpayVenue

__all__ = ["MtpayVenue", "mtpay_app", "mtpay_control_routes"]
