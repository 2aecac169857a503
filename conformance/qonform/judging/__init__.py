"""From what was seen to a verdict: findings, control requests, the lattice, and the bench."""

from qonform.judging.bench import Application, Bench, Driver, Effort
from qonform.judging.check import Check, judges
from qonform.judging.finding import Finding, Undecidable
from qonform.judging.judge import Judge
from qonform.judging.verdict import Overall, Verdict, combine, overall

__all__ = [
    "Application",
    "Bench",
    "Check",
    "Driver",
    "Effort",
    "Finding",
    "Judge",
    "Overall",
    "Undecidable",
    "Verdict",
    "combine",
    "judges",
    "overall",
]
