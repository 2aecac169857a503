"""What a catalogue holds, and how it is asked."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase
from functools import cached_property
from typing import TYPE_CHECKING

from qonform.catalogue.nearest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


class CatalogueError(ValueError):
    """A catalogue file is malformed. The message names the file, the id and the key."""


class UnknownIdError(LookupError):
    """No requirement or observation has this id. The message names the nearest known ones."""


class UnknownProfileError(LookupError):
    """No catalogue knows this profile. The message names those that are known."""


class NoMatchError(LookupError):
    """A filter selects no requirement: a glob without a match, or levels that leave nothing."""


class Level(StrEnum):
    """How strongly the standard speaks. It alone decides how bad a failure is."""

    SHALL = "shall"
    """Mandatory: a failure means not conforming."""

    SHOULD = "should"
    """Recommended, or read out of the text by a step that one may dispute: a warning."""

    MAY = "may"
    """Permitted: never a failure, worth knowing."""


class Basis(StrEnum):
    """How the text says it: how hard it is to argue with."""

    EXPLICIT = "explicit"
    """A modal verb in the text."""

    TABLE = "table"
    """An entry of a table that the text introduces as binding."""

    INHERITED = "inherited"
    """A rule of a document that the text refers to normatively."""

    DERIVED = "derived"
    """Follows from the text by a short argument, given in the statement."""


class Concern(StrEnum):
    """What is at stake: what goes wrong for users when a requirement does not hold."""

    SECRECY = "secrecy"
    """Who gets a key, and who could guess it."""

    AGREEMENT = "agreement"
    """The same keys at both ends, and each of them once."""

    SERVICE = "service"
    """Keys as they were ordered."""

    FORM = "form"
    """Whether another's software can read it."""

    WORDING = "wording"
    """The wording of messages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """One thing that a standard demands, small enough to be judged and waived alone."""

    id: str
    standard: str
    """Full name and edition, such as `ETSI GS QKD 014 V1.1.1 (2019-02)`."""
    clause: str
    """Number of the clause that says it, such as `5.4`."""
    level: Level
    basis: Basis
    profiles: tuple[str, ...]
    """Who is judged by it."""
    statement: str
    """What is demanded, in our words, for a reader without the standard at hand."""
    observed_by: str
    """How it is seen from outside."""
    concern: Concern | None = None
    """What is at stake."""
    why: str | None = None
    """What goes wrong for a user or an operator when it does not hold."""
    causes: tuple[str, ...] = ()
    """What it usually is when it fails, the most frequent first."""
    see: tuple[str, ...] = ()
    """Further places in the standard that it rests on, such as `table 7`."""
    since: str | None = None
    """Version of the catalogue that brought it, if not the first."""
    provisional: bool = False
    """The standard is a draft here, or our reading of it is: judged, and marked."""
    disputed: str | None = None
    """Why it is in quarantine. A disputed requirement is listed and not judged."""
    not_tested: str | None = None
    """Why there can be no check of it. Present only if there can be none."""
    renamed_from: str | None = None
    """The id that it had before. Waivers and filters that use the old one still work."""

    @property
    def untested_because(self) -> str | None:
        """Why this requirement is never judged, or None if a check may judge it."""
        return f"disputed: {self.disputed}" if self.disputed else self.not_tested


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """A question that the standard leaves open. The answer is recorded and never judged."""

    id: str
    standard: str
    clause: str
    question: str
    profiles: tuple[str, ...]
    text: str | None = None
    """What the standard says, and where it stops."""
    observed_by: str | None = None
    """What a run looks at to record the answer."""
    judged_by: tuple[str, ...] = ()
    """Requirements that bound the answer: the part of the question that is not open."""


@dataclass(frozen=True)
class Catalogue:
    """The requirements and observations of all standards, in the order of their clauses."""

    requirements: tuple[Requirement, ...]
    observations: tuple[Observation, ...]
    files: Mapping[str, bytes] = field(repr=False)
    """The text of each file, by the name of the standard that it holds."""

    @cached_property
    def profiles(self) -> tuple[str, ...]:
        """Every profile that some requirement belongs to."""
        return tuple(sorted({p for r in self.requirements for p in r.profiles}))

    @cached_property
    def _by_id(self) -> dict[str, Requirement]:
        old = {r.renamed_from: r for r in self.requirements if r.renamed_from}
        return old | {r.id: r for r in self.requirements}

    @cached_property
    def _observations_by_id(self) -> dict[str, Observation]:
        return {o.id: o for o in self.observations}

    def requirement(self, id_: str) -> Requirement:
        """The requirement of that id, or that had that id once. Raises UnknownIdError."""
        try:
            return self._by_id[id_]
        except KeyError:
            hint = did_you_mean(id_, self._by_id)
            raise UnknownIdError(f"no requirement is called {id_!r}{hint}") from None

    def observation(self, id_: str) -> Observation:
        """The observation of that id. Raises UnknownIdError."""
        try:
            return self._observations_by_id[id_]
        except KeyError:
            hint = did_you_mean(id_, self._observations_by_id)
            raise UnknownIdError(f"no observation is called {id_!r}{hint}") from None

    def for_profile(self, profile: str) -> tuple[Requirement, ...]:
        """What that profile is judged by, standard by standard, clause by clause.

        Raises UnknownProfileError.
        """
        self._must_know(profile)
        return tuple(r for r in self.requirements if profile in r.profiles)

    def observations_for(self, profile: str) -> tuple[Observation, ...]:
        """What is recorded about that profile and never judged. Raises UnknownProfileError."""
        self._must_know(profile)
        return tuple(o for o in self.observations if profile in o.profiles)

    def digest(self, profile: str) -> str:
        """`sha256:` and the digest of the files that hold the profile's requirements.

        Of several files, it is the digest of their contents one after another, in the order
        of their names: what `cat a.toml b.toml | sha256sum` says. Raises UnknownProfileError.
        """
        standards = {r.standard for r in self.for_profile(profile)}
        whole = b"".join(text for name, text in self.files.items() if name in standards)
        return "sha256:" + hashlib.sha256(whole).hexdigest()

    def select(
        self, globs: Sequence[str] = (), levels: Iterable[Level | str] = ()
    ) -> frozenset[str]:
        """Ids of the requirements that match one of the globs and have one of the levels.

        No globs means every requirement, no levels means every level. A glob also matches the
        id that a requirement had before. Raises NoMatchError if any one glob matches nothing,
        if a level does not exist, or if globs and levels together leave nothing.
        """
        wanted = frozenset(_level(name) for name in levels) or frozenset(Level)
        named = set(self._by_id) if not globs else set[str]()
        for glob in globs:
            matches = {id_ for id_ in self._by_id if fnmatchcase(id_, glob)}
            if not matches:
                hint = did_you_mean(glob, self._by_id)
                raise NoMatchError(f"{glob!r} matches no requirement{hint}")
            named |= matches
        selected = frozenset(r.id for r in map(self._by_id.__getitem__, named) if r.level in wanted)
        if not selected:
            raise NoMatchError(
                f"none of {', '.join(map(repr, globs))} is a {' or '.join(sorted(wanted))}"
            )
        return selected

    def _must_know(self, profile: str) -> None:
        if profile not in self.profiles:
            raise UnknownProfileError(
                f"no profile is called {profile!r}; known are {', '.join(self.profiles)}"
            )


def _level(name: str) -> Level:
    try:
        return Level(name)
    except ValueError:
        raise NoMatchError(
            f"no requirement has the level {name!r}; levels are {', '.join(Level)}"
        ) from None


def natural(text: str) -> tuple[tuple[int, str], ...]:
    """A sort key by which `5.4` comes before `5.10`."""
    return tuple(
        (int(number) if number else -1, word) for number, word in re.findall(r"(\d+)|(\D+)", text)
    )
