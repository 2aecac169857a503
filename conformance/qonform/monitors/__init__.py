"""Judges of the exchange log: every exchange, whoever caused it, passes every monitor."""

from qonform.monitors.bank import MonitorBank
from qonform.monitors.monitor import Monitor

__all__ = ["Monitor", "MonitorBank"]
