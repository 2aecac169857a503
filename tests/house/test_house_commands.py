"""What the pages tell a reader to type exists."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest

import qinet_reference.cli
import qonform.cli
from qonform.catalogue import load_all

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md")),
         *sorted((ROOT / "examples").rglob("*.toml"))]  # fmt: skip
NAMES_A_REQUIREMENT = r"\b(?:ETSI-014-[\d.]+|QINET-KEYS|QIA-EGP-[A-Z]+)-\d\d\b"
PROGRAMS = {"qonform": qonform.cli.commands, "qinet-reference": qinet_reference.cli.main}


def typed() -> Iterator[tuple[str, str]]:
    """Page and line, of everything that is shown as to be typed."""
    for page in PAGES:
        text = page.read_text("utf-8")
        blocks = re.findall(r"(?ms)^ *```(?:sh|bash|console|yaml)\n(.*?)^ *```", text)
        spans = re.findall(r"`([^`\n]+)`", re.sub(r"(?ms)^ *```.*?^ *```", "", text))
        lines = [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]
        lines += spans + re.findall(r"(?m)^#\s+(qonform .*)$", text)
        for line in lines:
            yield page.name, re.sub(r"^(\$|- run:|run:|-)\s+", "", line.strip())


def commands(program: str) -> list[pytest.ParameterSet]:
    found = dict.fromkeys(
        (page, line)
        for page, line in typed()
        if re.match(rf"(\S*/)?{program}( |$)", line) and "…" not in line and "..." not in line
    )
    return [pytest.param(line, id=f"{page}: {line}") for page, line in found]


def words(line: str) -> list[str]:
    """The arguments: no comment, and nothing that a shell would do with the outcome."""
    cut = re.split(r"\s(?:\||>|&&|\|\||;|2>)", line)[0]
    return shlex.split(cut, comments=True)[1:]


def parse(command: click.Command, arguments: list[str]) -> None:
    """Parses as the program would, and runs nothing. Raises click.UsageError."""
    context = click.Context(command)
    if not isinstance(command, click.Group) or not arguments or arguments[0].startswith("-"):
        known = {o for p in command.params for o in p.opts} | {"-h", "--help"}
        if set(arguments) <= known:
            return
        command.make_context(command.name, arguments, resilient_parsing=False)
        return
    inner = command.get_command(context, arguments[0])
    if inner is None:
        raise click.UsageError(f"{command.name} has no command {arguments[0]!r}")
    parse(inner, arguments[1:])


@pytest.mark.parametrize("line", commands("qonform"))
def test_a_command_of_the_suite_is_real(line):
    parse(PROGRAMS["qonform"], words(line))


@pytest.mark.parametrize("line", commands("qinet-reference"))
def test_a_command_of_the_reference_network_is_real(line):
    parse(PROGRAMS["qinet-reference"], words(line))


@pytest.mark.parametrize("line", commands("make"))
def test_a_target_of_make_is_real(line):
    targets = set(re.findall(r"(?m)^([a-z]+):", (ROOT / "Makefile").read_text("utf-8")))
    named = {word for word in words(line) if "=" not in word and not word.startswith("-")}
    assert named <= targets


@pytest.mark.parametrize("line", commands("tox"))
def test_an_environment_of_tox_is_real(line):
    text = (ROOT / "tox.ini").read_text("utf-8")
    known = set(re.findall(r"(?m)^\[testenv:([\w-]+)\]", text))
    named = re.findall(r"-e (\S+)", line)
    assert {name for names in named for name in names.split(",")} <= known


def test_a_command_that_is_not_there_is_noticed():
    for line in ("qonform judge", "qonform run --no-such-option", "qonform run --level must"):
        with pytest.raises(click.UsageError):
            parse(PROGRAMS["qonform"], words(line))


def test_every_link_inside_the_project_leads_somewhere():
    broken = []
    for page in PAGES:
        if page.suffix != ".md":
            continue
        for link in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text("utf-8")):
            if "://" not in link and not (page.parent / link).exists():
                broken.append(f"{page.name}: {link}")
    assert not broken


def test_the_pages_name_no_requirement_that_is_not_there():
    known = {r.id for r in load_all().requirements}
    walkthrough = {"ETSI-014-6.1-17"}
    named = {
        id_ for page in PAGES
        for id_ in re.findall(NAMES_A_REQUIREMENT, page.read_text("utf-8"))
    }  # fmt: skip
    assert not named - known - walkthrough
