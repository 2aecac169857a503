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
    again.tidy()
    assert len(file.read_text().splitlines()) == 2
    assert sorted(Outcomes(file), key=lambda o: o.id) == sorted(again, key=lambda o: o.id)


def test_mutants_are_made_once_for_a_text(tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(keeping, "modules", lambda: {"m.py": SOURCE})
    monkeypatch.setattr(keeping, "mutations", lambda text: asked.append(text) or mutations(text))
    first = all_mutants(tmp_path)
    assert first == all_mutants(tmp_path) == list(mutants_of("m.py", SOURCE, mutations(SOURCE)))
    assert asked == [SOURCE]


def test_a_greater_sample_goes_on_with_the_same_order():
    mutants = list(mutants_of("m.py", SOURCE, mutations(SOURCE)))
    assert command.sample(mutants, 2) == command.sample(mutants[::-1], 5)[:2]


def test_only_what_is_not_judged_yet_is_judged(tmp_path, monkeypatch):
    mutants = list(mutants_of("m.py", SOURCE, mutations(SOURCE)))
    outcomes = tmp_path / "outcomes.jsonl"
    judged: list[str] = []

    def campaign(due, kept, *_):
        for mutant in due:
            judged.append(mutant.id)
            kept.add(Outcome(mutant.id, Ended.KILLED, "quick", ("ETSI-014-6.2-01",)))

    monkeypatch.setattr(command, "all_mutants", lambda _: mutants)
    monkeypatch.setattr(command, "campaign", campaign)
    monkeypatch.setattr(command, "EXPLANATIONS", tmp_path / "none.toml")
    (tmp_path / "none.toml").touch()
    where = ["--outcomes", str(outcomes), "--page", str(tmp_path / "page.md")]
    for arguments in (["--limit", "2"], [], ["--again", "survived"], ["--again", "killed"]):
        monkeypatch.setattr("sys.argv", ["mutants", *where, *arguments])
        command.main()
        judged.append("end")
    first, second, third, fourth, _ = " ".join(judged).split("end")
    assert len(first.split()) == 2
    assert not set(first.split()) & set(second.split())
    assert set((first + second).split()) == {mutant.id for mutant in mutants}
    assert not third.split()
    assert set(fourth.split()) == {mutant.id for mutant in mutants}
    assert "100.0 %" in (tmp_path / "page.md").read_text()
