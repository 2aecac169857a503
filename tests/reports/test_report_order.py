"""What is on top of what: failures by what is at stake, clauses as people count."""

from __future__ import annotations

import pytest
from report_samples import ROWS, failing

from qonform_report.concerns import concern_of, fix_first
from qonform_report.order import chief_clause, clauses
from qonform_report.words import duration, listed, moment

BY_ID = {row["id"]: row for row in ROWS}


@pytest.mark.parametrize(
    ("requirement", "concern"),
    [
        ("ETSI-014-4-02", "secrecy"),
        ("ETSI-014-4-04", "secrecy"),
        ("ETSI-014-4-06", "secrecy"),
        ("ETSI-014-5.1-02", "secrecy"),
        ("ETSI-014-5.4-02", "secrecy"),
        ("ETSI-014-5.4-03", "secrecy"),
        ("ETSI-014-6.2-22", "secrecy"),
        ("ETSI-014-3.1-01", "agreement"),
        ("ETSI-014-5.3-02", "agreement"),
        ("ETSI-014-5.4-01", "agreement"),
        ("ETSI-014-5.4-06", "agreement"),
        ("ETSI-014-6.2-18", "agreement"),
        ("ETSI-014-6.2-01", "service"),
        ("ETSI-014-6.2-07", "service"),
        ("ETSI-014-6.2-13", "service"),
        ("ETSI-014-6.4-04", "service"),
        ("ETSI-014-4-07", "form"),
        ("ETSI-014-6.1-03", "form"),
        ("ETSI-014-6.3-04", "form"),
        ("ETSI-014-6.5-01", "form"),
        ("ETSI-014-6.2-12", "wording"),
        ("ETSI-014-6.4-05", "wording"),
    ],
)
def test_a_concern_is_what_the_catalogue_says(requirement, concern):
    assert concern_of(BY_ID[requirement]).key == concern


def test_a_concern_that_nobody_told_is_in_the_middle():
    assert concern_of({"statement": "A KME is kind."}).key == "service"


def test_secrecy_first_and_failures_of_one_check_together():
    causes = fix_first(failing()["requirements"])
    assert [[each["id"] for each in cause.failures] for cause in causes] == [
        ["ETSI-014-5.4-02", "ETSI-014-5.4-03"],
        ["ETSI-014-5.4-06"],
        ["ETSI-014-6.2-13", "ETSI-014-6.2-14"],
        ["ETSI-014-6.2-12"],
    ]


def test_within_a_concern_the_group_with_more_findings_leads():
    def failure(name, *checks):
        shown = [{"id": check, "verdict": "fail"} for check in checks]
        return {
            "id": name, "clause": "4", "level": "shall", "profile": "p", "verdict": "fail",
            "concern": "secrecy", "checks": shown,
        }  # fmt: skip

    failures = [failure("A", "a"), failure("B", "b"), failure("C", "c"), failure("D", "b", "c")]
    causes = fix_first(failures)
    assert [[each["id"] for each in cause.failures] for cause in causes] == [["B", "C", "D"], ["A"]]


def test_the_same_check_over_two_transports_is_one_cause():
    both = failing()["requirements"]
    other = [{**each, "profile": "qinet-keys"} for each in failing()["requirements"]]
    assert len(fix_first(both + other)) == len(fix_first(both))


def test_clauses_come_as_people_count_and_words_after_numbers():
    names = ["6.10", "table 9", "6.2, table 11", "4", "keys/v1/key_delivery.proto", "10", "4, 5.1"]
    assert clauses(names) == ["4", "6.2", "6.10", "10", "keys/v1/key_delivery.proto", "table 9"]
    assert chief_clause("") == "none"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.0004, "0 ms"),
        (0.42, "420 ms"),
        (8.31, "8.3 s"),
        (125, "2 min 05 s"),
        (3723, "1 h 02 min"),
    ],
)
def test_durations(seconds, words):
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("stamp", "words"),
    [
        ("2026-11-24T14:03:21Z", "24 November 2026, 14:03 UTC"),
        ("2026-11-24T00:30:00+02:00", "23 November 2026, 22:30 UTC"),
        ("yesterday", "yesterday"),
        ("2026-11-24T14:03:21", "2026-11-24T14:03:21"),
    ],
)
def test_moments(stamp, words):
    assert moment(stamp) == words


def test_words_in_a_row():
    assert [listed(each) for each in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "", "a", "a and b", "a, b and c",
    ]  # fmt: skip
