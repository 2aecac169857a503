"""From what was seen to a verdict: findings, control requests, the lattice, and the bench."""

from qonform.judging.bench import Bench
from qonform.judging.burst import Shot
from qonform.judging.check import Check, judges
from qonform.judging.cost import Cost, Effort, Offer, by_effort
from qonform.judging.finding import Finding, Undecidable
from qonform.judging.judge import Judge, worse
from qonform.judging.network import Network
from qonform.judging.parties import Application, Driver
from qonform.judging.patience import is_unavailable
from qonform.judging.story import Story
from qonform.judging.verdict import Overall, Verdict, combine, overall

__all__ = [
    "Application",
    "Bench",
    "Check",
    "Cost",
    "Driver",
    "Effort",
    "Finding",
    "Judge",
    "Network",
    "Offer",
    "Overall",
    "Shot",
    "Story",
    "Undecidable",
    "Verdict",
    "by_effort",
    "combine",
    "is_unavailable",
    "judges",
    "overall",
    "worse",
]
