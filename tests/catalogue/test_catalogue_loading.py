"""A catalogue file that is malformed is named, with the id and the key."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from qonform.catalogue import CatalogueError, load

if TYPE_CHECKING:
    from pathlib import Path

GOOD = """\
standard = "Toy standard"

[[requirements]]
id = "TOY-1-02"
clause = "1"
level = "shall"
basis = "explicit"
profiles = ["toy"]
statement = "A toy answers."
observed_by = "Ask it."
renamed_from = "TOY-1-01"

[[observations]]
id = "T-01"
clause = "1"
question = "Does it squeak?"
profiles = ["toy"]
judged_by = ["TOY-1-02"]
"""


def write(folder: Path, text: str = GOOD, name: str = "toy.toml") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_a_good_file_loads(tmp_path: Path) -> None:
    catalogue = load(write(tmp_path))

    assert catalogue.profiles == ("toy",)
    assert catalogue.requirement("TOY-1-02").standard == "Toy standard"
    assert catalogue.observations_for("toy")[0].judged_by == ("TOY-1-02",)


def test_an_id_that_a_requirement_once_had_still_works(tmp_path: Path) -> None:
    catalogue = load(write(tmp_path))

    assert catalogue.requirement("TOY-1-01").id == "TOY-1-02"
    assert catalogue.select(["TOY-1-01"]) == {"TOY-1-02"}


def test_a_disputed_requirement_is_in_quarantine(tmp_path: Path) -> None:
    text = GOOD.replace('basis = "explicit"', 'basis = "explicit"\ndisputed = "two readings"')
    row = load(write(tmp_path, text)).requirement("TOY-1-02")

    assert row.untested_because == "disputed: two readings"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('standard = "Toy standard"', "", "toy.toml: standard: is missing"),
        ('level = "shall"', 'level = "must"', "toy.toml: TOY-1-02: level: expected one of shall"),
        ('level = "shall"', "level = [1]", "toy.toml: TOY-1-02: level: expected one of shall"),
        ('level = "shall"', "", "toy.toml: TOY-1-02: level: is missing, expected one of shall"),
        ('level = "', 'levle = "', "TOY-1-02: levle: no such key; did you mean 'level'?"),
        ('basis = "explicit"', 'basis = "guess"', "TOY-1-02: basis: expected one of explicit"),
        ('id = "TOY-1-02"', 'id = "toy 1"', "toy.toml: toy 1: id: expected an id such as"),
        ('id = "TOY-1-02"', "", "toy.toml: requirements[0]: id: is missing"),
        ('["toy"]\nst', '["tyo"]\nst', "TOY-1-02: profiles: expected a list of toy, got ['tyo']"),
        ('["toy"]\nst', "[]\nst", "TOY-1-02: profiles: expected a list of toy, got []"),
        ('"A toy answers."', '"a toy"', "TOY-1-02: statement: expected sentences, got 'a toy'"),
        ('"Ask it."', '""', "TOY-1-02: observed_by: expected a sentence"),
        ('squeak?"', 'squeak."', "T-01: question: expected a question"),
        ('judged_by = ["TOY-1-02"]', 'judged_by = ["TOY-1-03"]', "T-01: judged_by: no requirement"),
        ('id = "T-01"', 'id = "TOY-1-01"', "TOY-1-01: id: is, or was, another row's"),
        ("[[observations]]", "[[observatoins]]", "observatoins: no such key; did you mean"),
        ("[[requirements]]", "[[requirements]", "toy.toml: "),
        ("[[requirements]]", "requirements = [1]\n[[observations]]", "toy.toml: requirements: "),
    ],
)
def test_a_fault_is_named(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert GOOD.count(old) == 1

    with pytest.raises(CatalogueError) as raised:
        load(write(tmp_path, GOOD.replace(old, new)))

    assert message in str(raised.value)


def test_two_files_of_one_standard_are_a_fault(tmp_path: Path) -> None:
    write(tmp_path)
    write(tmp_path, 'standard = "Toy standard"\nrequirements = []', "toy-2.toml")

    with pytest.raises(CatalogueError, match=r"toy\.toml: standard: another file has"):
        load(tmp_path)
