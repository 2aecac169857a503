"""The page counts what ended how, and shows each survivor beside what is said of it."""

from __future__ import annotations

import pytest
from benchmarks.mutants import __main__ as command
from benchmarks.mutants.keeping import Ended, Outcome, Outcomes
from benchmarks.mutants.making import Mutant
from benchmarks.mutants.page import Campaign, Explanation, interval, page, read_explanations

KINDS = {
    "k1": Outcome("k1", Ended.KILLED, "quick", ("ETSI-014-6.2-01",)),
    "k2": Outcome("k2", Ended.KILLED, "standard", (), ("ETSI-014-6.1-15",)),
    "s1": Outcome("s1", Ended.SURVIVED, "standard"),
    "s2": Outcome("s2", Ended.SURVIVED, "standard"),
    "u1": Outcome("u1", Ended.UNDECIDED, "standard"),
    "b1": Outcome("b1", Ended.STILLBORN, said="TypeError"),
    "h1": Outcome("h1", Ended.HUNG, "quick"),
}


def mutant(name: str) -> Mutant:
    return Mutant(name, "m.py", "f", "op", 1, (f"    was {name}",), (f"    now {name}",))


@pytest.fixture
def outcomes(tmp_path):
    kept = Outcomes(tmp_path / "outcomes.jsonl")
    for outcome in KINDS.values():
        kept.add(outcome)
    return kept


def told(outcomes: Outcomes, *explanations: Explanation) -> str:
    mutants = [mutant(name) for name in (*KINDS, "j1", "j2", "j3")]
    return page(Campaign.of(mutants, outcomes, explanations), "the command")


def test_what_is_not_explained_counts_against_the_suite(outcomes):
    text = told(outcomes)
    assert "**2 of 5 mutants that do not conform are killed: 40.0 %.**" in text
    assert "## Not looked at yet" in text
    assert "- was s1\n+ now s1\n" in text
    assert "@@ u1 (undecided)" in text
    assert "was k1" not in text


def test_what_conforms_is_not_counted_and_a_hole_is(outcomes):
    text = told(
        outcomes,
        Explanation("Wording is free.", True, ("s1",)),
        Explanation("Nobody asks twice.", False, ("s2", "u1")),
    )
    assert "**2 of 4 mutants that do not conform are killed: 50.0 %.**" in text
    assert text.index("## Holes") < text.index("Nobody asks twice.") < text.index("was s2")
    assert text.index("## Survivors that conform") < text.index("Wording is free.")
    assert "Not looked at yet" not in text
    for row in (
        "| made | 10 |",
        "| stillborn: the network did not start | 1 |",
        "| hung: the run did not end | 1 |",
        "| killed at `quick`, by a shall | 1 |",
        "| killed at `standard`, by a should alone | 1 |",
        "| not killed, and conforms | 1 |",
        "| survived, and does not conform | 1 |",
        "| left undecided | 1 |",
        "| `m.py` | 7 | 2 | 2 | 1 | 2 | 50.0 % |",
    ):
        assert row in text


def test_a_closed_hole_is_told_with_what_sees_it_now(outcomes):
    text = told(outcomes, Explanation("Nobody asked.", False, ("k1",), "a check"))
    assert "at first sight 20.0 % were killed" in text
    assert text.index("## Holes that were closed") < text.index("Seen by a check.")


@pytest.mark.parametrize(
    "explanation",
    [
        Explanation("It is killed.", True, ("k1",)),
        Explanation("It is not closed.", False, ("s1",), "a check"),
        Explanation("It is unknown.", True, ("zz",)),
    ],
)
def test_a_stale_explanation_is_an_error(outcomes, explanation):
    with pytest.raises(ValueError, match="is explained, but"):
        told(outcomes, explanation)


def test_two_explanations_of_one_mutant_are_an_error(tmp_path):
    entry = '[[explanation]]\nbecause = "x"\nequivalent = true\nmutants = ["a"]\n'
    (tmp_path / "s.toml").write_text(entry)
    assert read_explanations(tmp_path / "s.toml") == [Explanation("x", True, ("a",))]
    (tmp_path / "s.toml").write_text(entry * 2)
    with pytest.raises(ValueError, match="more than once: a"):
        read_explanations(tmp_path / "s.toml")


def test_the_interval_is_wilsons():
    low, high = interval(90, 100)
    assert (round(low, 4), round(high, 4)) == (0.8256, 0.9448)


def test_the_explanations_in_the_tree_are_of_mutants_that_were_judged():
    outcomes = Outcomes(command.OUTCOMES)
    explanations = read_explanations(command.EXPLANATIONS)
    Campaign.of([], outcomes, explanations)
    assert explanations
    assert all(one.because for one in explanations)
