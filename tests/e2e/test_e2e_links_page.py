"""docs/links.md, "From nothing to a verdict", typed as it stands."""

import json
import re
import shlex
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "links.md"
MODULES = {"qonform": "qonform", "qinet-reference": "qinet_reference"}
LONGEST_S = 300


@dataclass
class Typed:
    """A command of the page, what the page then shows, and what came."""

    line: str
    shown: list
    code: int = 0
    said: str = ""


def walk_through():
    """The commands of the page, each with the texts that stand between it and the next."""
    section = PAGE.read_text("utf-8").split("## From nothing to a verdict")[1].split("\n## ")[0]
    typed = []
    for kind, block in re.findall(r"(?ms)^```(\w+)\n(.*?)^```", section):
        if kind == "sh":
            typed += [Typed(line, []) for line in block.splitlines()]
        else:
            typed[-1].shown.append(block)
    return typed


def words(line):
    program, *arguments = shlex.split(line)
    return [sys.executable, "-m", MODULES[program], *arguments]


@contextmanager
def serving(line, folder):
    """A network in a terminal of its own, until it is stopped."""
    with subprocess.Popen(words(line), cwd=folder, stdout=subprocess.PIPE, text=True) as network:
        try:
            assert network.stdout.readline() == "ready lab/qonform.toml\n"
            yield
        finally:
            network.terminate()


@pytest.fixture(scope="module")
def walked(tmp_path_factory):
    """What came of every command but those that serve; and what the last run reported."""
    folder = tmp_path_factory.mktemp("walk")
    typed = walk_through()
    with ExitStack() as terminal:
        for each in typed:
            if each.line.startswith("qinet-reference serve"):
                terminal.close()
                terminal.enter_context(serving(each.line, folder))
                continue
            ended = subprocess.run(
                words(each.line), cwd=folder, check=False, capture_output=True, text=True,
                timeout=LONGEST_S,
            )  # fmt: skip
            each.code, each.said = ended.returncode, ended.stdout
    report = json.loads((folder / "qonform-report" / "results.json").read_text("utf-8"))
    return [each for each in typed if each.said], report


def lines(text):
    return [line.strip() for line in text.splitlines()]


def is_among(shown, came):
    """Whether some line begins as the page shows it, but for numbers and the state of a pair."""
    pattern = re.sub(r"(?:\\\.|\d)+", r"[\\d.]+", re.escape(shown))
    pattern = re.sub(r"(PSI|PHI)_(PLUS|MINUS)", "(PSI|PHI)_(PLUS|MINUS)", pattern)
    return any(re.match(pattern, line) for line in came)


def test_the_page_looks_judges_and_judges_a_lie(walked):
    typed, _ = walked
    programs = [(each.line.split()[1], each.code) for each in typed]
    assert programs == [("doctor", 0), ("run", 0), ("run", 1)]


def test_the_terminal_shows_what_the_page_shows(walked):
    typed, _ = walked
    for each in typed:
        assert each.shown, each.line
        missing = [s for s in lines(each.shown[0]) if not is_among(s, lines(each.said))]
        assert not missing, each.said


def test_the_report_shows_what_the_page_shows(walked):
    typed, report = walked
    (one_sided,) = [r for r in report["requirements"] if r["id"] == "QIA-EGP-OK-01"]
    (monitor,) = [c for c in one_sided["checks"] if c["id"] == "monitors.link_life"]
    came = [monitor["message"], *monitor["history"]]

    assert all(is_among(shown, came) for shown in lines(typed[-1].shown[1])), came
    assert one_sided["verdict"] == "fail"


def test_outcomes_are_not_shown_as_the_page_says(walked):
    _, report = walked
    shown = [e for r in report["requirements"] for c in r["checks"] for e in c["evidence"]]
    bodies = [json.loads(e["reply"]["body"]) for e in shown if "measured" in str(e["reply"])]
    assert bodies
    assert {b["made"]["measured"]["outcome"] for b in bodies if "made" in b} == {"<0 or 1>"}
    assert "2" in {b["made"]["goodness_time"][:1] for b in bodies if "made" in b}
