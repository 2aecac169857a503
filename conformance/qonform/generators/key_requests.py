"""Requests that a KME advertises to serve."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import strategies as st

from qonform.ports.key_delivery import KeyRequest

if TYPE_CHECKING:
    from collections.abc import Sequence


def sizes(low: int, high: int, default: int, *, ceiling: int) -> st.SearchStrategy[int | None]:
    """Sizes in bit that must be served: absent, the default, the smallest and the largest.

    What lies between the limits need not be served (014 is silent on granularity), so it is not
    generated. `ceiling` keeps a huge largest size from eating the budget.
    """
    choices = [None, low, default, high]
    return st.sampled_from([s for s in choices if s is None or s <= ceiling] or [None])


def key_requests(
    most: int, size: st.SearchStrategy[int | None], slaves: Sequence[str], multicast: int
) -> st.SearchStrategy[KeyRequest]:
    """Get keys within the limits.

    Args:
        most: largest number, in keys.
        size: strategy for the size.
        slaves: SAE IDs that may be named as additional slaves.
        multicast: how many of them one request may name.
    """
    additional = st.lists(
        st.sampled_from(list(slaves)) if slaves else st.nothing(),
        max_size=min(multicast, len(slaves)),
        unique=True,
    )
    return st.builds(
        KeyRequest,
        number=st.one_of(st.none(), st.integers(1, most)),
        size=size,
        additional_slaves=additional.map(lambda named: tuple(named) or None),
    )
