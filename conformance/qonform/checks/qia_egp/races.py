"""One request for pairs, many times at one moment."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from qonform.judging import Undecidable, by_effort, judges
from qonform.ports.outcome import Delivered

if TYPE_CHECKING:
    from qonform.judging import Judge, LinkBench

_AT_ONCE = 4


@judges(deepens=("QIA-EGP-ACK-01",), pairs=by_effort(2 * _AT_ONCE, 4 * _AT_ONCE, 16 * _AT_ONCE))
def one_request_is_sent_many_times_at_once(links: LinkBench, judge: Judge) -> None:
    """Calls with one request_id, each over a connection of its own, are one request.

    An application that does not know whether its call arrived sends it again, and the first may
    still be on its way.
    """
    for _ in range(links.by_effort(2, 4, 16)):
        by, to = links.creator, links.peer
        request = links.request(by, to, request_id=uuid.uuid4().hex)
        answers = links.ask_at_once(by, to, request, _AT_ONCE)
        if not all(isinstance(answer, Delivered) for answer in answers):
            raise Undecidable(f"not every call was answered: {'; '.join(map(str, answers))}")
        create_ids = [answer.value for answer in answers if isinstance(answer, Delivered)]
        due = f"one Create ID for {_AT_ONCE} calls with one request_id at one moment"
        judge.that("QIA-EGP-ACK-01", len(set(create_ids)) == 1, due=due, came=f"{create_ids}")
