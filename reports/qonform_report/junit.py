"""junit.xml: what a CI server reads.

A suite a profile, a case a requirement. A failed *shall* is a `<failure>`. A failed *should*
passes, since it forbids nothing, and says so in `<system-out>`. Whatever was not decided is
`<skipped>` with its reason. A fault of the suite itself, and a run cut short, is an `<error>`:
a report that is not whole is never green.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite

from qonform_report.validation import validate
from qonform_report.visible import shortened, visible
from qonform_report.words import (
    LOOKS,
    first_failed,
    implementation,
    is_cut_short,
    is_failure,
    is_warning,
    why_cut_short,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


LONGEST_MESSAGE, LONGEST_ACCOUNT = 500, 20_000
"""A server may have put anything into them, and results.json holds all of it."""


def render_junit(results: Mapping[str, Any]) -> str:
    """The results as JUnit XML, in UTF-8 with a declaration."""
    validate(results)
    report = JUnitXml(name=visible(f"Qonform: {implementation(results)}"))
    for profile in _profiles(results):
        report.add_testsuite(_suite(profile, results))
    faults = list(_faults(results))
    if faults:
        suite = TestSuite("qonform")
        suite.add_testcases(faults)
        report.add_testsuite(suite)
    report.update_statistics()  # type: ignore[no-untyped-call]
    text: str = report.tostring().decode("utf-8")  # type: ignore[no-untyped-call]
    return text


def _profiles(results: Mapping[str, Any]) -> list[str]:
    """In the order in which their requirements come."""
    return list(dict.fromkeys(each["profile"] for each in results["requirements"]))


def _suite(profile: str, results: Mapping[str, Any]) -> TestSuite:
    suite = TestSuite(visible(profile))
    run = results["run"]
    suite.timestamp = visible(run["started"])
    for name, value in (
        ("verdict", results["summary"]["verdict"]),
        ("sentence", results["summary"]["sentence"]),
        ("implementation", implementation(results)),
        ("qonform_version", run["qonform_version"]),
        ("seed", str(run["seed"])),
        ("command", run["command"]),
    ):
        suite.add_property(name, visible(value))
    suite.add_testcases(
        [_case(each) for each in results["requirements"] if each["profile"] == profile]
    )
    return suite


def _case(requirement: Mapping[str, Any]) -> TestCase:
    spent = sum(check["duration_s"] for check in requirement["checks"])
    case = TestCase(visible(requirement["id"]), visible(requirement["profile"]), round(spent, 3))
    verdict = requirement["verdict"]
    if is_failure(requirement):
        case.result = [_result(Failure, _headline(requirement), requirement)]
    elif is_warning(requirement):
        account = f"warning: a {requirement['level']} failed\n{_account(requirement)}"
        case.system_out = shortened(visible(account), LONGEST_ACCOUNT)
    elif verdict != "pass":
        case.result = [Skipped(visible(f"{LOOKS[verdict].word}: {_reason(requirement)}"))]
    return case


def _result(kind: type[Failure], headline: str, requirement: Mapping[str, Any]) -> Failure:
    result = kind(shortened(visible(headline), LONGEST_MESSAGE), requirement["level"])
    result.text = shortened(visible(_account(requirement)), LONGEST_ACCOUNT)
    return result


def _headline(requirement: Mapping[str, Any]) -> str:
    return str(first_failed(requirement).get("message") or requirement["statement"])


def _account(requirement: Mapping[str, Any]) -> str:
    """Clause and statement, then each failed check with expected, actual, exchange and replay."""
    lines = [
        f"{requirement['standard']}, clause {requirement['clause']} ({requirement['level']})",
        requirement["statement"],
    ]
    for check in requirement["checks"]:
        if check["verdict"] != "fail":
            continue
        lines += ["", f"{check['id']}: {check['message']}"]
        lines += [f"  {name}: {check[name]}" for name in ("expected", "actual") if name in check]
        lines += [f"  {step}" for step in check.get("history", ())]
        lines += [f"  {_step(exchange)}" for exchange in check["evidence"]]
        if "replay" in check:
            lines.append(f"  replay: {check['replay']}")
    return "\n".join(lines)


def _step(exchange: Mapping[str, Any]) -> str:
    asked, answered = exchange["request"]["summary"], exchange["reply"]["summary"]
    return (
        f"[{exchange['number']}] {exchange['client']} to {exchange['node']}: {asked} -> {answered}"
    )


def _reason(requirement: Mapping[str, Any]) -> str:
    if "waiver" in requirement:
        waiver = requirement["waiver"]
        return f"{waiver['reason']} (until {waiver['expires']})"
    if "reason" in requirement:
        return str(requirement["reason"])
    messages = [check["message"] for check in requirement["checks"] if check["message"]]
    return "; ".join(messages) or "no reason was given"


def _faults(results: Mapping[str, Any]) -> Iterator[TestCase]:
    """One case for each fault of the suite, and one for a run that did not finish."""
    stories = [("the run finished", why_cut_short(results))] if is_cut_short(results) else []
    faults = results["run"].get("errors", [])
    stories += [(f"the suite has no fault {n}", fault) for n, fault in enumerate(faults, 1)]
    for name, story in stories:
        case = TestCase(name, "qonform")
        case.result = [Error(visible(story), "suite")]
        yield case
