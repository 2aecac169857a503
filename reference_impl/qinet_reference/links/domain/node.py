"""What one node knows of its applications, and holds for them."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from typing import TYPE_CHECKING, Generic, TypeAlias

from qinet_reference.links.domain.events import Log
from qinet_reference.links.domain.model import N, Notice
from qinet_reference.links.domain.refusal import LinkError, LinkRefusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from qinet_reference.links.domain.memory import Memory

CREATE_IDS = 65_536
ANSWERS_KEPT = 100_000


class Site(Generic[N]):
    """A node: its memory, who accepts what, and what each application was told.

    What is accepted comes from somewhere, `source`: a neighbour, or a circuit. While a node is not
    here (`is_here`), no link makes pairs with it.
    """

    def __init__(self, node_id: str, memory: Memory) -> None:
        self.id = node_id
        self.memory = memory
        self.is_here = True
        self.outstanding: set[int] = set()
        self._logs: defaultdict[str, Log[N]] = defaultdict(Log)
        self._accepted: dict[tuple[str, int], str] = {}
        self._answers: OrderedDict[tuple[str, str], int | LinkRefusal] = OrderedDict()
        self._last_create_id = 0

    def log(self, application: str) -> Log[N]:
        """What an application was told."""
        return self._logs[application]

    def accept(self, application: str, source: str, purpose: int) -> None:
        """Give a purpose to an application; refuses if another has it."""
        if self._accepted.setdefault((source, purpose), application) != application:
            raise LinkRefusal(LinkError.ALREADY_ACCEPTED, "another application accepts this")

    def stop_accepting(self, application: str, source: str, purpose: int) -> None:
        """Take a purpose back from an application, if it has it."""
        if self._accepted.get((source, purpose)) == application:
            del self._accepted[source, purpose]

    def acceptor(self, source: str, purpose: int) -> str:
        """The application that accepts; refuses if none does."""
        application = self.accepted_by(source, purpose)
        if application is None:
            raise LinkRefusal(LinkError.REJECTED, "nobody accepts this purpose at the peer")
        return application

    def accepted_by(self, source: str, purpose: int) -> str | None:
        """The application that accepts, if one does."""
        return self._accepted.get((source, purpose))

    def new_create_id(self) -> int:
        """An ID that no outstanding request of this node has, which has it from now on."""
        if len(self.outstanding) >= CREATE_IDS:
            raise LinkRefusal(LinkError.NO_TIME, "too many requests are waiting")
        while True:
            self._last_create_id = (self._last_create_id + 1) % CREATE_IDS
            if self._last_create_id not in self.outstanding:
                self.outstanding.add(self._last_create_id)
                return self._last_create_id

    def once(self, application: str, request_id: str, answer: Callable[[], int]) -> int:
        """The answer that was given to this ID of the application, or, for a new one, `answer()`.

        A refusal is an answer too.
        """
        if not request_id:
            return answer()
        name = (application, request_id)
        if name not in self._answers:
            try:
                self._answers[name] = answer()
            except LinkRefusal as refusal:
                self._answers[name] = refusal
            if len(self._answers) > ANSWERS_KEPT:
                self._answers.popitem(last=False)
        given = self._answers[name]
        if isinstance(given, LinkRefusal):
            raise LinkRefusal(given.error, given.message)
        return given


Node: TypeAlias = Site[Notice]
"""A node of a network of links."""
