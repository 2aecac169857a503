"""Self-tests of two faults, one of a *shall* and one of a *should*, as they may end."""

from __future__ import annotations

from qonform.catalogue import load_all
from qonform.selftest.listing import Fault
from qonform.selftest.outcome import about, not_judged
from qonform.selftest.record import SelfTest

CATALOGUE = load_all()
HARD = Fault("key-twice", "A key is delivered twice.", ("ETSI-014-5.4-06",))
MILD = Fault("key-raced", "A key is delivered to each of a race.", ("ETSI-014-5.4-07",))
CHECK, MONITOR = "etsi014.life_cycle.a_delivered_key_is_gone", "monitors.identifiers"
RUN = {
    "verdict": "conforming",
    "sentence": "It conforms.",
    "exit_code": 0,
    "key_bits": 0,
    "requests": 0,
    "duration_s": 0,
}
CONFORMING = {"outcome": "conforming", "findings": [], "run": RUN}


def a_selftest(*rows, clean=CONFORMING, known=(HARD, MILD), selected=(HARD, MILD)):
    test = SelfTest(known, selected, CATALOGUE, "standard", 1, 2)
    for row in rows:
        test.keep(row)
    test.keep_clean(clean)
    test.over = True
    return test


def caught(fault, *checks, beside=()):
    (requirement,) = fault.requirements
    findings = [
        {
            "requirement": requirement,
            "profile": "etsi-014",
            "check": check,
            "message": "",
            "seeded": check not in beside,
        }
        for check in (*(checks or (CHECK,)), *beside)
    ]
    said = {"outcome": "caught", "findings": findings, "said_instead": [], "run": RUN}
    return {**about(fault, CATALOGUE), **said}


def survived(fault):
    said = {"outcome": "survived", "findings": [], "said_instead": [], "run": RUN}
    return {**about(fault, CATALOGUE), **said}


def crashed(fault):
    return not_judged(fault, CATALOGUE, "the run left no results")


FAILED = {"outcome": "failed", "findings": [], "run": RUN}
UNDECIDED = {"outcome": "inconclusive", "findings": [], "run": RUN}
