"""Whole histories against the model of a key store, made as short as they can be."""

from __future__ import annotations

from contextlib import suppress

from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis.errors import Flaky
from hypothesis.reporting import with_reporter
from hypothesis.stateful import run_state_machine_as_test

from qonform.checks.etsi014.history_machine import History
from qonform.checks.etsi014.history_player import Broken
from qonform.checks.etsi014.history_search import Search
from qonform.judging import Bench, Judge, Network, Undecidable, by_effort, judges

JUDGED = (
    "ETSI-014-5.3-04",
    "ETSI-014-5.4-01",
    "ETSI-014-5.4-02",
    "ETSI-014-5.4-03",
    "ETSI-014-5.4-04",
    "ETSI-014-5.4-05",
    "ETSI-014-5.4-06",
    "ETSI-014-6.2-19",
    "ETSI-014-6.2-22",
    "ETSI-014-6.4-01",
    "ETSI-014-6.4-04",
    "ETSI-014-6.4-07",
)
OF_SEVERAL_SLAVES = {"ETSI-014-6.2-19", "ETSI-014-6.2-22"}
"""Nothing can break these where max_SAE_ID_count is 0."""
MOST_FINDINGS = (3, 3, len(JUDGED))
"""Contradictions after which a search ends, at quick, standard and thorough."""
MOST_TRIES = (20, 40, 200)
"""Histories that are tried to make one shorter."""
LONGEST_S = (10, 30, 600)
"""And for how long, in seconds: a slow target is not asked all evening."""
TO_SHORTEN = by_effort(40, 200, 2_000)
"""And with how much key beyond what the search may draw, in keys of default size."""


@judges(
    deepens=JUDGED,
    keys=by_effort(40, 400, 4_000),
    shortening=TO_SHORTEN,
    chance=True,
)
def any_history_agrees_with_the_model(bench: Bench, judge: Judge) -> None:
    """Random histories of all three methods by everybody, held against a model of a key store."""
    search = Search((bench,), JUDGED)
    requests = _search(search, judge, bench.cases(4, 25, 400))
    for requirement in _held(search, judge):
        judge.that(
            requirement,
            True,
            due="answers that the model allows",
            came=f"{search.fetches} fetches in {requests} requests, all as the model allows",
            evidence=(),
        )


@judges(
    deepens=JUDGED,
    keys=by_effort(20, 200, 2_000),
    shortening=TO_SHORTEN,
    chance=True,
)
def any_history_over_all_transports_agrees_with_the_model(network: Network, judge: Judge) -> None:
    """Random histories over several transports at once: a key that two of them serve is one key.

    No text says that a key got over one transport can be fetched over another. If it is served, it
    is the same key, for the same slaves, and gone afterwards.
    """
    search = Search(network.benches, JUDGED)
    requests = _search(search, judge, network.bench.cases(3, 15, 200))
    for requirement in _held(search, judge):
        if search.across:
            judge.that(
                requirement,
                True,
                due="answers that the model allows",
                came=f"{search.fetches} fetches in {requests} requests, all as the model allows; "
                f"{search.across} were served over another transport than Get key",
                evidence=(),
            )
        else:
            judge.not_applicable(
                requirement, "no key was fetched over another transport than Get key"
            )


def _held(search: Search, judge: Judge) -> list[str]:
    """What no history broke, and some could have broken."""
    if not search.judged.multicast:
        for requirement in OF_SEVERAL_SLAVES:
            judge.not_applicable(requirement, "no additional slaves are offered")
        return sorted(search.asked - OF_SEVERAL_SLAVES)
    return sorted(search.asked)


def _search(search: Search, judge: Judge, examples: int) -> int:
    """Judges each contradiction once; the number of requests in which then none is left.

    Raises:
        Undecidable: it ended before that.
    """
    bench = search.judged
    for _ in range(bench.by_effort(*MOST_FINDINGS)):
        before, was_late = bench.driver.meter.spent.requests, search.late
        broken = _explored(search, examples)
        if broken is None and search.late and not was_late:
            broken = _explored(search, examples)
        if broken is None:
            if search.down or not search.fetches:
                raise Undecidable(search.down or search.over or "no history had a key to fetch")
            return bench.driver.meter.spent.requests - before
        if broken.found.requirement in search.asked:
            judge.that(
                broken.found.requirement,
                False,
                due=broken.found.due,
                came=broken.came,
                evidence=broken.evidence,
                history=broken.story,
            )
        if search.broken is not None:  # what it seemed to break, and what it did break
            search.asked.discard(search.broken.found.requirement)
        search.asked.discard(broken.found.requirement)
        search.broken = search.over = None
    raise Undecidable("the search ended at other findings")


def _explored(search: Search, examples: int) -> Broken | None:
    """Looks for a history that breaks what is asked, and for the shortest such."""
    bench = search.judged
    chosen = settings(
        max_examples=max(2, examples),
        stateful_step_count=bench.by_effort(8, 14, 40),
        database=None,
        deadline=None,
        print_blob=False,
        report_multiple_bugs=False,
        verbosity=Verbosity.quiet,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    machine = type("Run", (History,), {"search": search})
    with suppress(Broken, Flaky), with_reporter(lambda _text: None):
        run_state_machine_as_test(seed(bench.seed)(machine), settings=chosen)
    return search.shortest(bench.by_effort(*MOST_TRIES), bench.by_effort(*LONGEST_S))
