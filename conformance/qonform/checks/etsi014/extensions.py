"""Extension parameters of Get key (014 clause 6.2)."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import islice
from typing import Any

from qonform.judging import Bench, Judge, Undecidable, by_effort, judges
from qonform.ports.key_delivery import KeyContainer, KeyRequest
from qonform.ports.outcome import Delivered, Failed, Outcome, RefusalKind, Refused
from qonform.target import Role

UNSUPPORTED = "not all extension_mandatory parameters are supported"
UNMET = "not all extension_mandatory request options could be met"
UNHANDLED = "not all extension_optional request options handled"

UNKNOWN = "qonform_no_such_parameter"
"""A name that nobody supports: the suite's own prefix, for a parameter that does not exist."""

OTHER = "qonform_no_such_option"
"""Another one."""

VALUES: tuple[Any, ...] = ("text", None, {"a": {"b": []}}, 1, -2.5, True, [1, "two"])


@judges("ETSI-014-6.2-13", "ETSI-014-6.2-14", keys=2)
def an_unknown_mandatory_parameter(bench: Bench, judge: Judge) -> None:
    """Get key with a mandatory parameter that nobody knows: alone, and beside number and size."""
    mandatory = ((UNKNOWN, "on"),)
    for request, without in (
        (KeyRequest(mandatory=mandatory), KeyRequest()),
        (KeyRequest(1, bench.key_size, mandatory=mandatory), KeyRequest(1, bench.key_size)),
    ):
        refused = bench.get_key(request)
        control = bench.get_key(without)
        if without == KeyRequest() and isinstance(control, Refused):
            continue  # that nothing need be stated is a requirement of its own
        _judge_bad_request(judge, "ETSI-014-6.2-13", refused, control)
        _judge_message(judge, "ETSI-014-6.2-14", UNSUPPORTED, refused, control)


@judges(deepens=("ETSI-014-6.2-13",), keys=2)
def an_unknown_mandatory_parameter_in_disguise(bench: Bench, judge: Judge) -> None:
    """Get key with an unknown mandatory parameter whose value is nothing, or behind a known one."""
    known = [
        (extension.name, extension.possible)
        for extension in bench.target.claims.keys.extensions
        if extension.has_possible
    ][:1]
    control = bench.get_key(KeyRequest())
    nothing: tuple[Any, ...] = (False, None, 0, "", [], {})
    for value in nothing:
        refused = bench.get_key(KeyRequest(mandatory=((UNKNOWN, value),)))
        _judge_bad_request(judge, "ETSI-014-6.2-13", refused, control)
    if known:
        refused = bench.get_key(KeyRequest(mandatory=(*known, (UNKNOWN, "on"))))
        control = bench.get_key(KeyRequest(mandatory=tuple(known)))
        _judge_bad_request(judge, "ETSI-014-6.2-13", refused, control)


@judges(deepens=("ETSI-014-6.2-13",), keys=4)
def an_unknown_mandatory_parameter_in_company(bench: Bench, judge: Judge) -> None:
    """Get key with an unknown mandatory parameter beside whatever else a request may have."""
    plain = KeyRequest(1, bench.key_size)
    company = [replace(plain, optional=((OTHER, "on"),))]
    if bench.max_number > 1:
        company.append(replace(plain, number=2))
    if bench.multicast and bench.target.client(Role.ADDITIONAL_SLAVE):
        company.append(replace(plain, additional_slaves=(bench.third.sae_id,)))
    for request in company:
        control = bench.get_key(request)
        if isinstance(control, Delivered):
            refused = bench.get_key(replace(request, mandatory=((UNKNOWN, "on"),)))
            _judge_bad_request(judge, "ETSI-014-6.2-13", refused, control)


@judges("ETSI-014-6.2-15", keys=2)
def a_mandatory_parameter_that_cannot_be_met(bench: Bench, judge: Judge) -> None:
    """Get key with a parameter that the supplier supports, at a value that cannot be met.

    Where a value that can be met is refused too, the control has no parameter, and both
    refusals must be for values: the supplier says that the parameter itself is known.
    """
    claimed = [e for e in bench.target.claims.keys.extensions if e.has_impossible]
    if not claimed:
        judge.not_applicable(
            "ETSI-014-6.2-15", "the manifest claims no extension with an impossible value"
        )
        return
    for extension in claimed:
        request = KeyRequest(mandatory=((extension.name, extension.impossible),))
        refused = bench.get_key(request)
        possible = ((extension.name, extension.possible),) if extension.has_possible else None
        control = met = bench.get_key(KeyRequest(mandatory=possible))
        if possible and isinstance(met, Refused):
            control = bench.get_key(KeyRequest())
            judge.refusal(
                "ETSI-014-6.2-15",
                met,
                _is_unmet(met),
                due=f"keys, or 400 with the message {UNMET!r}",
                control=control,
                evidence=[met],
            )
        judge.refusal(
            "ETSI-014-6.2-15",
            refused,
            _is_unmet(refused),
            due=f"400 with the message {UNMET!r}",
            control=control,
            evidence=[refused],
        )


def _is_unmet(outcome: Outcome[KeyContainer]) -> bool:
    return (
        isinstance(outcome, Refused)
        and outcome.kind is RefusalKind.BAD_REQUEST
        and outcome.message == UNMET
    )


@judges(deepens=("ETSI-014-6.2-17",), keys=by_effort(3, len(VALUES), len(VALUES)))
def a_mandatory_parameter_with_any_value(bench: Bench, judge: Judge) -> None:
    """Get key with each parameter that the supplier supports, with values of every JSON type."""
    claimed = bench.target.claims.keys.extensions
    if not claimed:
        judge.not_applicable("ETSI-014-6.2-17", "the manifest claims no extension")
    each = ((extension.name, value) for value in VALUES for extension in claimed)
    for parameter in islice(each, bench.by_effort(3, len(VALUES), len(VALUES))):
        outcome = bench.get_key(KeyRequest(1, bench.key_size, mandatory=(parameter,)))
        due = "keys or a refusal, but no fault of the server"
        if isinstance(outcome, Refused) and _is_fault(outcome):
            control = bench.get_key(KeyRequest(1, bench.key_size))
            judge.refusal("ETSI-014-6.2-17", outcome, False, due=due, control=control)
            break
        judge.that("ETSI-014-6.2-17", not isinstance(outcome, Failed), due=due, came=outcome)


def _is_fault(refused: Refused) -> bool:
    return refused.kind is RefusalKind.UNAVAILABLE or refused.code.startswith("5")


@judges("ETSI-014-6.2-16", "ETSI-014-6.2-17", keys=by_effort(7, 15, 15))
def an_unknown_optional_parameter(bench: Bench, judge: Judge) -> None:
    """Get key, for two keys, with an unknown optional parameter, with values of every JSON type.

    The ordinary answer has as many keys as are asked for (6.2-01), and that many are counted.
    """
    number = min(2, bench.max_number)
    control = bench.get_key(KeyRequest(1, bench.key_size))
    if not isinstance(control, Delivered):
        raise Undecidable(f"Get key without the parameter was not served: {control}")
    for value in VALUES[: bench.by_effort(3, len(VALUES), len(VALUES))]:
        request = KeyRequest(number, bench.key_size, optional=((UNKNOWN, value),))
        outcome = bench.get_key(request)
        holds = isinstance(outcome, Delivered) or (
            isinstance(outcome, Refused)
            and outcome.kind is RefusalKind.BAD_REQUEST
            and outcome.message == UNHANDLED
        )
        due = f"the ordinary answer, or 400 with the message {UNHANDLED!r}"
        requirement = "ETSI-014-6.2-16" if isinstance(value, str | int) else "ETSI-014-6.2-17"
        judge.refusal(requirement, outcome, holds, due=due, control=control, evidence=[outcome])
        if not holds:
            break  # that the value has another type would make no difference


@judges("ETSI-014-6.2-24", keys=0)
def declared_names_carry_a_prefix(bench: Bench, judge: Judge) -> None:
    """Reads the names of the extensions that the manifest claims."""
    claimed = [extension.name for extension in bench.target.claims.keys.extensions]
    if not claimed:
        judge.not_applicable("ETSI-014-6.2-24", "the manifest claims no extension")
    for name in claimed:
        judge.that(
            "ETSI-014-6.2-24",
            bool(re.fullmatch(r"[A-Za-z0-9.-]+_.+", name)),
            due="a vendor's prefix that ends in an underscore",
            came=name,
        )


def _judge_bad_request(
    judge: Judge, requirement: str, refused: Outcome[KeyContainer], control: Outcome[KeyContainer]
) -> None:
    bad = isinstance(refused, Refused) and refused.kind is RefusalKind.BAD_REQUEST
    judge.refusal(requirement, refused, bad, due="400", control=control, evidence=[refused])


def _judge_message(
    judge: Judge,
    requirement: str,
    message: str,
    refused: Outcome[KeyContainer],
    control: Outcome[KeyContainer],
) -> None:
    if isinstance(refused, Delivered):
        judge.not_applicable(requirement, "the request was not refused: see ETSI-014-6.2-13")
        return
    said = isinstance(refused, Refused) and refused.message == message
    judge.refusal(
        requirement,
        refused,
        said,
        due=f"an error whose message is {message!r}",
        control=control,
        evidence=[refused],
    )
