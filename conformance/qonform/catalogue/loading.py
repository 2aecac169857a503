"""From TOML files to a catalogue. A malformed file is named, with the id and the key."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from qonform.catalogue.model import (
    Basis,
    Catalogue,
    CatalogueError,
    Concern,
    Level,
    Observation,
    Requirement,
    natural,
)
from qonform.catalogue.nearest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from importlib.resources.abc import Traversable


@cache
def load_all() -> Catalogue:
    """The catalogue that comes with the suite. Raises CatalogueError if it is malformed."""
    return load(resources.files("qonform.catalogue"))


def load(directory: Traversable) -> Catalogue:
    """All `*.toml` of a directory, merged. Raises CatalogueError at the first fault."""
    paths = sorted(
        (p for p in directory.iterdir() if p.name.endswith(".toml")), key=lambda p: p.name
    )
    profiles = {p.name.removesuffix(".toml") for p in paths}
    requirements: list[Requirement] = []
    observations: list[Observation] = []
    files: dict[str, bytes] = {}
    for path in paths:
        content = path.read_bytes()
        standard, rows, questions = _read(path.name, content, profiles)
        if standard in files:
            raise CatalogueError(f"{path.name}: standard: another file has {standard!r} too")
        files[standard] = content
        requirements += rows
        observations += questions
    _must_be_unique(requirements, observations)
    _must_refer_to_known(requirements, observations)
    return Catalogue(tuple(requirements), tuple(observations), files)


@dataclass(frozen=True)
class _Rule:
    """What a key must hold."""

    expected: str
    holds: Callable[[Any], bool]
    required: bool = True


def _read(
    name: str, content: bytes, profiles: set[str]
) -> tuple[str, list[Requirement], list[Observation]]:
    try:
        data = tomllib.loads(content.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CatalogueError(f"{name}: {error}") from None
    _must_obey(data, _FILE, where=name)
    standard = data["standard"]
    in_file = {"profiles": _names_out_of(profiles)}
    requirements = [
        _requirement(row, standard)
        for row in _rows(name, data, "requirements", _REQUIREMENT | in_file)
    ]
    observations = [
        _observation(row, standard)
        for row in _rows(name, data, "observations", _OBSERVATION | in_file)
    ]
    requirements.sort(key=_place)
    observations.sort(key=lambda o: natural(o.id))
    return standard, requirements, observations


def _rows(
    name: str, data: Mapping[str, Any], key: str, rules: Mapping[str, _Rule]
) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = data.get(key, [])
    for number, row in enumerate(rows):
        _must_obey(row, rules, where=f"{name}: {row.get('id', f'{key}[{number}]')}")
    return rows


def _must_obey(table: Mapping[str, Any], rules: Mapping[str, _Rule], *, where: str) -> None:
    for key in table:
        if key not in rules:
            raise CatalogueError(f"{where}: {key}: no such key{did_you_mean(key, rules)}")
    for key, rule in rules.items():
        if key not in table:
            if rule.required:
                raise CatalogueError(f"{where}: {key}: is missing, expected {rule.expected}")
        elif not rule.holds(table[key]):
            raise CatalogueError(f"{where}: {key}: expected {rule.expected}, got {table[key]!r}")


def _requirement(row: dict[str, Any], standard: str) -> Requirement:
    return Requirement(
        **row
        | {
            "standard": standard,
            "level": Level(row["level"]),
            "basis": Basis(row["basis"]),
            "profiles": tuple(row["profiles"]),
            "concern": Concern(row["concern"]) if "concern" in row else None,
            "causes": tuple(row.get("causes", ())),
            "see": tuple(row.get("see", ())),
        }
    )


def _observation(row: dict[str, Any], standard: str) -> Observation:
    return Observation(
        **row
        | {
            "standard": standard,
            "profiles": tuple(row["profiles"]),
            "judged_by": tuple(row.get("judged_by", ())),
        }
    )


def _place(row: Requirement) -> tuple[object, ...]:
    return natural(row.clause), natural(row.id)


def _must_be_unique(requirements: list[Requirement], observations: list[Observation]) -> None:
    ids = [(r.standard, r.id) for r in requirements]
    ids += [(r.standard, r.renamed_from) for r in requirements if r.renamed_from]
    ids += [(o.standard, o.id) for o in observations]
    taken: set[str] = set()
    for standard, id_ in ids:
        if id_ in taken:
            raise CatalogueError(f"{standard}: {id_}: id: is, or was, another row's")
        taken.add(id_)


def _must_refer_to_known(requirements: list[Requirement], observations: list[Observation]) -> None:
    known = {r.id for r in requirements}
    for row in observations:
        for id_ in row.judged_by:
            if id_ not in known:
                hint = did_you_mean(id_, known)
                raise CatalogueError(
                    f"{row.standard}: {row.id}: judged_by: no requirement {id_!r}{hint}"
                )


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_sentence(value: Any) -> bool:
    return _is_text(value) and value[0].isupper() and value.endswith(".")


def _is_question(value: Any) -> bool:
    return _is_text(value) and value[0].isupper() and value.endswith("?")


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and bool(
        re.fullmatch(r"[A-Z][A-Z0-9]*(-[A-Z0-9.]+)*-\d\d", value)
    )


def _is_prose(value: Any) -> bool:
    """Sentences, of which the first may begin with a name of the standard, in its letters."""
    return _is_text(value) and str(value).endswith(".")


def _is_list_of_prose(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_is_prose, value))


def _is_list_of_text(value: Any) -> bool:
    return isinstance(value, list) and all(map(_is_text, value))


def _is_list_of_tables(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(entry, dict) for entry in value)


def _names_out_of(known: set[str]) -> _Rule:
    return _Rule(
        f"a list of {', '.join(sorted(known))}",
        lambda value: _is_list_of_text(value) and bool(value) and known.issuperset(value),
    )


_ID = _Rule("an id such as ETSI-014-5.4-02", _is_id)
_TEXT = _Rule("text", _is_text)
_OPTIONAL_TEXT = _Rule("text", _is_text, required=False)
_OPTIONAL_PROSE = _Rule("sentences", _is_prose, required=False)
_OPTIONAL_TEXTS = _Rule("a list of texts", _is_list_of_text, required=False)

_FILE = {
    "standard": _TEXT,
    "requirements": _Rule("tables", _is_list_of_tables),
    "observations": _Rule("tables", _is_list_of_tables, required=False),
}
_REQUIREMENT = {
    "id": _ID,
    "clause": _TEXT,
    "level": _Rule(f"one of {', '.join(Level)}", lambda v: v in list(Level)),
    "basis": _Rule(f"one of {', '.join(Basis)}", lambda v: v in list(Basis)),
    "statement": _Rule("sentences", _is_sentence),
    "observed_by": _Rule("a sentence", _is_sentence),
    "concern": _Rule(f"one of {', '.join(Concern)}", lambda v: v in list(Concern), required=False),
    "why": _OPTIONAL_PROSE,
    "causes": _Rule("a list of sentences", _is_list_of_prose, required=False),
    "see": _OPTIONAL_TEXTS,
    "since": _OPTIONAL_TEXT,
    "provisional": _Rule("true or false", lambda v: isinstance(v, bool), required=False),
    "disputed": _OPTIONAL_TEXT,
    "not_tested": _OPTIONAL_TEXT,
    "renamed_from": _Rule("an id", _is_id, required=False),
}
_OBSERVATION = {
    "id": _ID,
    "clause": _TEXT,
    "question": _Rule("a question", _is_question),
    "text": _OPTIONAL_PROSE,
    "observed_by": _OPTIONAL_PROSE,
    "judged_by": _OPTIONAL_TEXTS,
}
