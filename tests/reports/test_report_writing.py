"""Four files, each whole or not there."""

from __future__ import annotations

import os
from copy import deepcopy

import pytest
from report_samples import failing, passing

from qonform_report import writing

FILES = {"index.html", "junit.xml", "results.json", "summary.md"}


def names(directory):
    return {path.name for path in directory.iterdir()}


def test_writes_four_files_and_returns_the_page(tmp_path):
    directory = tmp_path / "a" / "b"
    assert writing.write(passing(), directory) == directory / "index.html"
    assert names(directory) == FILES


def test_results_are_left_as_they_were(tmp_path):
    results = failing()
    before = deepcopy(results)
    writing.write(results, tmp_path)
    assert results == before


def test_the_same_results_make_the_same_files(tmp_path):
    for name in ("one", "two"):
        writing.write(failing(), tmp_path / name)
    for name in FILES:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


@pytest.mark.parametrize("render", ["render_html", "render_junit", "render_summary"])
def test_nothing_is_written_when_rendering_raises(tmp_path, monkeypatch, render):
    writing.write(passing(), tmp_path)
    before = {name: (tmp_path / name).read_bytes() for name in FILES}

    def fault(_results):
        raise RuntimeError("a fault in a template")

    monkeypatch.setattr(writing, render, fault)
    with pytest.raises(RuntimeError):
        writing.write(failing(), tmp_path)
    assert {name: (tmp_path / name).read_bytes() for name in names(tmp_path)} == before


def test_nothing_is_left_behind_when_the_disk_is_full(tmp_path, monkeypatch):
    writing.write(passing(), tmp_path)
    before = {name: (tmp_path / name).read_bytes() for name in FILES}
    synced = iter(range(10))

    def full(_descriptor):
        if next(synced) == 2:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        writing.write(failing(), tmp_path)
    assert {name: (tmp_path / name).read_bytes() for name in names(tmp_path)} == before


def test_results_take_their_name_last(tmp_path, monkeypatch):
    replaced = []
    replace = os.replace
    monkeypatch.setattr(
        os, "replace", lambda old, new: (replaced.append(new.name), replace(old, new))
    )
    writing.write(passing(), tmp_path)
    assert replaced[-1] == "results.json"
    assert set(replaced) == FILES
