"""A campaign that was interrupted goes on where it was."""

from __future__ import annotations

from benchmarks.mutants import __main__ as command
from benchmarks.mutants import keeping
from benchmarks.mutants.keeping import Ended, Outcome, Outcomes, all_mutants
from benchmarks.mutants.making import mutants_of
from benchmarks.mutants.tools import mutations

SOURCE = "def twice(x):\n    return x * 2\n"


def test_outcomes_are_read_back_and_the_last_one_counts(tmp_path):
    file = tmp_path / "outcomes.jsonl"
    outcomes = Outcomes(file)
    outcomes.add(Outcome("a", Ended.SURVIVED, "standard"))
    outcomes.add(Outcome("b", Ended.KILLED, "quick", ("ETSI-014-6.2-01",)))
    outcomes.add(Outcome("a", Ended.KILLED, "standard", should=("ETSI-014-6.1-15",)))
    again = Outcomes(file)
    assert list(again) == list(outcomes)
    assert again.of("a") == Outcome("a", Ended.KILLED, "standard", (), ("ETSI-014-6.1-15",))
    again.tidy({"a", "c"})
    assert len(file.read_text().splitlines()) == 1
    assert [outcome.id for outcome in Outcomes(file)] == ["a"]


def test_mutants_are_made_once_for_a_text(tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(keeping, "modules", lambda: {"m.py": SOURCE})
    monkeypatch.setattr(keeping, "mutations", lambda text: asked.append(text) or mutations(text))
    first = all_mutants(tmp_path)
    assert first == all_mutants(tmp_path) == list(mutants_of("m.py", SOURCE, mutations(SOURCE)))
    assert asked == [SOURCE]


def test_the_order_stays_when_mutants_come_and_go():
    mutants = list(mutants_of("m.py", SOURCE, mutations(SOURCE)))
    ordered = command.in_order(mutants)
    assert ordered != mutants
    assert command.in_order(mutants[1:]) == [m for m in ordered if m != mutants[0]]


def test_a_sample_is_filled_up_and_not_exceeded(tmp_path, monkeypatch):
    mutants = list(mutants_of("m.py", SOURCE, mutations(SOURCE)))
    ordered = [mutant.id for mutant in command.in_order(mutants)]
    arguments = [["--sample", "2"], ["--sample", "5"], ["--sample", "3"]]
    first, second, third = performed(arguments, mutants, tmp_path, monkeypatch)
    assert (first, second, third) == (ordered[:2], ordered[2:5], [])


def test_only_what_is_not_judged_yet_is_judged(tmp_path, monkeypatch):
    mutants = list(mutants_of("m.py", SOURCE, mutations(SOURCE)))
    arguments = [["--limit", "2"], [], ["--again", "survived"], ["--again", "killed"]]
    first, second, third, fourth = performed(arguments, mutants, tmp_path, monkeypatch)
    assert len(first) == 2
    assert not set(first) & set(second)
    assert set(first + second) == set(fourth) == {mutant.id for mutant in mutants}
    assert not third
    assert "100.0 %" in (tmp_path / "page.md").read_text()


def performed(arguments, mutants, tmp_path, monkeypatch):
    """The mutants that each call of the command judges; all are killed."""
    judged: list[list[str]] = []

    def campaign(due, kept, *_):
        judged[-1] += [mutant.id for mutant in due]
        for mutant in due:
            kept.add(Outcome(mutant.id, Ended.KILLED, "quick", ("ETSI-014-6.2-01",)))

    monkeypatch.setattr(command, "all_mutants", lambda _: mutants)
    monkeypatch.setattr(command, "campaign", campaign)
    monkeypatch.setattr(command, "EXPLANATIONS", tmp_path / "none.toml")
    (tmp_path / "none.toml").touch()
    where = ["--outcomes", str(tmp_path / "o.jsonl"), "--page", str(tmp_path / "page.md")]
    for words in arguments:
        judged.append([])
        monkeypatch.setattr("sys.argv", ["mutants", *where, *words])
        command.main()
    return judged
