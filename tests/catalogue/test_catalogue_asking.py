"""How a catalogue is asked, and what it says to a question that makes no sense."""

from __future__ import annotations

import hashlib
from importlib import resources

import pytest

from qonform.catalogue import (
    Catalogue,
    Level,
    NoMatchError,
    UnknownIdError,
    UnknownProfileError,
    did_you_mean,
    load_all,
)

CATALOGUE = load_all()


def test_a_requirement_is_found_by_its_id() -> None:
    row = CATALOGUE.requirement("ETSI-014-5.4-02")

    assert (row.clause, row.level, row.profiles) == (
        "5.4",
        Level.SHALL,
        ("etsi-014", "qinet-keys"),
    )


@pytest.mark.parametrize(
    ("id_", "hint"),
    [
        ("etsi-014-5.4-02", "did you mean 'ETSI-014-5.4-02'?"),
        ("ETSI-014-5.4-2", "'ETSI-014-5.4-02'"),
        ("ETSI-014-6.2-99", "'ETSI-014-6.2-09'"),
    ],
)
def test_an_unknown_id_is_told_its_neighbours(id_: str, hint: str) -> None:
    with pytest.raises(UnknownIdError, match="no requirement is called") as raised:
        CATALOGUE.requirement(id_)
    assert hint in str(raised.value)


def test_an_id_that_is_like_none_gets_no_hint() -> None:
    with pytest.raises(UnknownIdError, match=r"called 'nonsense'$"):
        CATALOGUE.requirement("nonsense")


def test_an_observation_is_found_by_its_id() -> None:
    assert CATALOGUE.observation("A-01").question == "What does Get key answer to number = 0?"
    with pytest.raises(UnknownIdError, match="did you mean 'A-3"):
        CATALOGUE.observation("A-37")


def test_a_profile_is_listed_clause_by_clause() -> None:
    rows = [r for r in CATALOGUE.for_profile("etsi-014") if r.clause in {"3.1", "4", "6.2"}]
    clauses = [r.clause for r in rows]

    assert clauses == sorted(clauses)
    assert [r.id for r in rows if r.clause == "6.2"] == [
        f"ETSI-014-6.2-{n:02}" for n in range(1, 26)
    ]


@pytest.mark.parametrize(
    "ask", [Catalogue.for_profile, Catalogue.observations_for, Catalogue.digest]
)
def test_an_unknown_profile_is_told_the_known_ones(ask: object) -> None:
    with pytest.raises(UnknownProfileError, match="'etsi-14'; known are etsi-014, qinet-keys"):
        ask(CATALOGUE, "etsi-14")  # type: ignore[operator]


def test_the_digest_can_be_verified_by_hand() -> None:
    folder = resources.files("qonform.catalogue")
    etsi, qinet = (folder.joinpath(f"{n}.toml").read_bytes() for n in ("etsi-014", "qinet-keys"))

    assert CATALOGUE.digest("etsi-014") == "sha256:" + hashlib.sha256(etsi).hexdigest()
    assert CATALOGUE.digest("qinet-keys") == "sha256:" + hashlib.sha256(etsi + qinet).hexdigest()


def test_selecting_nothing_in_particular_selects_everything() -> None:
    assert CATALOGUE.select() == {r.id for r in CATALOGUE.requirements}


def test_globs_and_levels_are_an_intersection() -> None:
    assert CATALOGUE.select(["ETSI-014-5.3-0[1-3]", "*-6.5-*"], ["should", "may"]) == {
        "ETSI-014-5.3-03",
        "ETSI-014-6.5-03",
    }


@pytest.mark.parametrize(
    ("globs", "levels", "message"),
    [
        (["ETSI-014-4-*", "ETSI-015-*"], [], "'ETSI-015-\\*' matches no requirement"),
        (["etsi-014-5.4-02"], [], "did you mean 'ETSI-014-5.4-02'"),
        (["*"], ["must"], "level 'must'; levels are shall, should, may"),
        (["ETSI-014-4-*"], ["may"], "none of 'ETSI-014-4-\\*' is a may"),
    ],
)
def test_a_filter_that_matches_nothing_is_an_error(
    globs: list[str], levels: list[str], message: str
) -> None:
    with pytest.raises(NoMatchError, match=message):
        CATALOGUE.select(globs, levels)


def test_nearest_words_come_first_and_far_ones_not_at_all() -> None:
    assert did_you_mean("certifcate", ["private_key", "certificate"]) == (
        "; did you mean 'certificate'?"
    )
    assert did_you_mean("xyz", ["private_key", "certificate"]) == ""
