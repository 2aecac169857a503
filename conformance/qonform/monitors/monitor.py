"""What a monitor is: it sees exchanges and counts cases for and against requirements."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

from qonform.judging import Finding, Judge

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qonform.exchanges import Exchange


class Monitor(ABC):
    """Base of all monitors. A monitor costs nothing: it only looks at what others caused.

    Args:
        known: for each profile of the run, the ids of its requirements.
    """

    requirements: ClassVar[tuple[str, ...]]
    """What it judges."""
    profiles: ClassVar[tuple[str, ...]] = ("etsi-014", "qinet-keys")
    """Over which transports it can see it."""

    def __init__(self, known: Mapping[str, frozenset[str]]) -> None:
        self._known = {
            profile: frozenset(self.requirements) & ids
            for profile, ids in known.items()
            if profile in self.profiles
        }
        self._judges = {p: Judge(sorted(ids), tuple) for p, ids in self._known.items()}

    @abstractmethod
    def see(self, exchange: Exchange) -> None:
        """Looks at one exchange."""

    def case(
        self,
        exchange: Exchange,
        requirement: str,
        holds: bool,
        *,
        due: str,
        came: object,
        earlier: tuple[int, ...] = (),
    ) -> None:
        """Counts one case of a requirement; ignored where the profile has no such requirement."""
        if requirement in self._known.get(exchange.profile, ()):
            self._judges[exchange.profile].that(
                requirement, holds, due=due, came=came, evidence=(*earlier, exchange.number)
            )

    def findings(self, profile: str) -> list[Finding]:
        """One finding for each requirement of which the run has shown a case."""
        return self._judges[profile].judged() if profile in self._judges else []

    @classmethod
    def id(cls) -> str:
        """How reports name it, such as `monitors.identifiers`."""
        return cls.__module__.removeprefix("qonform.")

    @classmethod
    def title(cls) -> str:
        """First paragraph of its docstring, in one line."""
        return " ".join((cls.__doc__ or cls.__name__).strip().split("\n\n")[0].split())
