"""From what was seen to a verdict: findings, control requests, the lattice, and the bench."""

from qonform.drivers.meter import Resource
from qonform.judging.bench import Bench
from qonform.judging.burst import Shot
from qonform.judging.check import Check, judges
from qonform.judging.cost import (
    AnyOffer,
    Cost,
    Effort,
    LinkOffer,
    Offer,
    by_effort,
)
from qonform.judging.episode import Episode, good, made_s, resolution_s
from qonform.judging.finding import Finding, Undecidable
from qonform.judging.judge import Judge, worse
from qonform.judging.link_bench import LinkBench, LinkUser
from qonform.judging.network import Network
from qonform.judging.pair_evidence import PairEvidence, Sampled
from qonform.judging.parties import Application, Driver
from qonform.judging.path_bench import PathBench, PathUser
from qonform.judging.path_episode import PathEpisode
from qonform.judging.path_evidence import PathEvidence, SampledPath
from qonform.judging.patience import is_unavailable
from qonform.judging.story import Story
from qonform.judging.verdict import Overall, Verdict, combine, overall

__all__ = [
    "AnyOffer",
    "Application",
    "Bench",
    "Check",
    "Cost",
    "Driver",
    "Effort",
    "Episode",
    "Finding",
    "Judge",
    "LinkBench",
    "LinkOffer",
    "LinkUser",
    "Network",
    "Offer",
    "Overall",
    "PairEvidence",
    "PathBench",
    "PathEpisode",
    "PathEvidence",
    "PathUser",
    "Resource",
    "Sampled",
    "SampledPath",
    "Shot",
    "Story",
    "Undecidable",
    "Verdict",
    "by_effort",
    "combine",
    "good",
    "is_unavailable",
    "judges",
    "made_s",
    "overall",
    "resolution_s",
    "worse",
]
