"""The benchmarks of links run, and say what they say of what was made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from benchmarks.links import __main__ as command
from benchmarks.links.cores import Chain, Links

from qinet_reference.links.domain.model import Done, PairMade

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize("make", [Links.make, Links.keep])
def test_each_link_makes_so_many_pairs(make: Callable[[Links, int], None]) -> None:
    links = Links(3)
    make(links, 12)
    for index in range(3):
        name = f"node-{index:03}"
        told = [event.notice for event in links.services[name].events(f"at-{name}").after(0)]
        here = [one.what for one in told if one.at_origin]
        assert [isinstance(what, PairMade) for what in here] == [True] * 12 + [False]
        assert isinstance(here[-1], Done)
        assert links.network.nodes[name].memory.free == links.network.nodes[name].memory.size


def test_the_chain_makes_so_many_pairs() -> None:
    path = Chain(4)
    path.make(5)
    assert path.network.next_moment() is None


@pytest.mark.e2e
def test_the_command_prints_a_row_for_each_figure(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["links", "--rounds=1", "--pairs=200", "--kept=50"])
    command.main()
    rows = [line.split(" | ") for line in capsys.readouterr().out.splitlines() if "|" in line]
    assert [len(row) for row in rows] == [4] * 8 + [4] * 5 + [3] * 5
