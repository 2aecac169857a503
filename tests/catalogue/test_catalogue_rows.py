"""What the catalogue that comes with the suite holds."""

from __future__ import annotations

import re
from collections import Counter

import pytest

import qinet_schemas
from qonform.catalogue import Basis, Concern, Level, Requirement, load_all

ETSI_014 = "ETSI GS QKD 014 V1.1.1 (2019-02)"
CATALOGUE = load_all()


def of_etsi_014() -> list[Requirement]:
    return [r for r in CATALOGUE.requirements if r.standard == ETSI_014]


def test_etsi_014_has_95_rows_that_a_check_can_judge() -> None:
    rows = [r for r in of_etsi_014() if not r.not_tested]

    assert Counter(r.level for r in rows) == {Level.SHALL: 75, Level.SHOULD: 16, Level.MAY: 4}
    assert Counter(r.basis for r in rows) == {
        Basis.EXPLICIT: 27,
        Basis.TABLE: 37,
        Basis.INHERITED: 1,
        Basis.DERIVED: 30,
    }


def test_the_rows_of_a_clause_are_numbered_without_a_gap() -> None:
    numbers: dict[str, list[int]] = {}
    for row in CATALOGUE.requirements:
        head, _, number = row.id.rpartition("-")
        numbers.setdefault(head, []).append(int(number))

    for head, found in numbers.items():
        assert sorted(found) == list(range(1, len(found) + 1)), head


def test_what_cannot_be_tested_says_why() -> None:
    rows = [r for r in of_etsi_014() if r.not_tested]

    assert len(rows) == 8
    for row in rows:
        assert row.not_tested
        assert row.not_tested.startswith("not observable from outside: "), row.id
        assert row.untested_because == row.not_tested


def test_every_question_that_etsi_014_leaves_open_is_there() -> None:
    of_keys = [o.id for o in CATALOGUE.observations if o.id.startswith("A-")]
    assert of_keys == [f"A-{n:02}" for n in range(1, 37)]


def test_every_question_that_the_draft_leaves_open_is_there() -> None:
    of_links = [o.id for o in CATALOGUE.observations if o.id.startswith("L-")]
    assert of_links == [f"L-{n:02}" for n in range(1, 19)]


def test_the_common_interface_is_judged_by_meaning_and_not_by_the_wire_of_etsi_014() -> None:
    shared = {r.id for r in CATALOGUE.for_profile("qinet-keys")}
    wire_only = {r.id for r in of_etsi_014()} - shared

    assert {"ETSI-014-5.4-01", "ETSI-014-6.2-01", "ETSI-014-4-02", "ETSI-014-6.2-18"} <= shared
    assert {"ETSI-014-4-07", "ETSI-014-6.2-07", "ETSI-014-6.3-04", "ETSI-014-5.1-07"} <= wire_only
    assert {r.id for r in of_etsi_014() if r.level is Level.MAY} <= wire_only
    assert {id_ for id_ in shared if id_.startswith("QINET-KEYS-")} == {
        f"QINET-KEYS-{n:02}" for n in range(1, 16)
    }


def test_the_manifest_can_claim_every_profile() -> None:
    claims = qinet_schemas.load("target")["properties"]["claims"]["properties"]

    assert sorted(claims["profiles"]["items"]["enum"]) == list(CATALOGUE.profiles)


@pytest.mark.parametrize("row", CATALOGUE.requirements, ids=lambda r: r.id)
def test_a_row_reads_as_sentences_of_our_own(row: Requirement) -> None:
    for text in (row.statement, row.observed_by):
        assert 20 <= len(text) <= 320
        assert text[0].isupper()
        assert text.endswith(".")
        assert "  " not in text
        assert "\n" not in text
    assert set(re.findall(r'"([^"]+)"', row.statement)) <= PROTOCOL_CONSTANTS


@pytest.mark.parametrize("row", CATALOGUE.requirements, ids=lambda r: r.id)
def test_what_can_be_judged_says_why_it_matters_and_what_usually_breaks_it(
    row: Requirement,
) -> None:
    if row.not_tested:
        assert (row.concern, row.why, row.causes) == (None, None, ())
        return
    assert row.concern
    assert row.why
    assert 40 <= len(row.why) <= 200
    assert 2 <= len(row.causes) <= 4
    assert len(set(row.causes)) == len(row.causes)
    for text in (row.why, *row.causes):
        assert text.endswith(".")
        assert "  " not in text
    assert all(20 <= len(cause) <= 110 for cause in row.causes)


def test_the_schema_of_results_has_the_same_concerns() -> None:
    row = qinet_schemas.load("results")["$defs"]["requirement"]["properties"]

    assert row["concern"]["enum"] == list(Concern)


def test_a_question_says_how_far_the_text_goes_and_what_is_looked_at() -> None:
    for question in CATALOGUE.observations:
        assert question.text, question.id
        assert question.observed_by, question.id


PROTOCOL_CONSTANTS = {
    "size shall be a multiple of 8",
    "not all extension_mandatory parameters are supported",
    "not all extension_mandatory request options could be met",
    "not all extension_optional request options handled",
    "one or more keys specified are not found on KME",
    "qinet",
}
"""The only strings of a standard that a statement may repeat: an implementation must send them."""


def test_a_clause_is_the_one_in_the_id() -> None:
    for row in of_etsi_014():
        assert row.id.startswith(f"ETSI-014-{row.clause}-")
