"""`qonform waive`: failures that one knows of, with a reason and an end."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import click

from qonform.catalogue import load_all
from qonform.cli.failure import UsageFailure
from qonform.cli.manifest_file import write_manifest
from qonform.cli.page import Page
from qonform.cli.results_file import manifest_of, read_results
from qonform.practice.waiving import WaivingError, doubts, due, written
from qonform.target import ManifestError, load


@click.command()
@click.argument("results", type=click.Path(path_type=Path))
@click.option(
    "--requirement",
    "globs",
    multiple=True,
    metavar="GLOB",
    help="Waive only failures that match. Repeatable.",
)
@click.option("--reason", help="For the reader of the report: what is known, where it is tracked.")
@click.option(
    "--expires",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="The last day on which it counts, such as 2027-03-31; at most a year ahead.",
)
@click.option(
    "--target",
    "manifest",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The manifest. Without it, the one that the results name.",
)
@click.option(
    "--check",
    is_flag=True,
    help="Change nothing; say which waivers have expired, match nothing, or are not needed.",
)
def waive(
    results: Path,
    globs: tuple[str, ...],
    reason: str | None,
    expires: dt.datetime | None,
    manifest: Path | None,
    check: bool,
) -> None:
    """Writes waivers for failures into the manifest.

    The rest of the manifest stays as it is, comments and all. With --check, exit code 2 if any
    waiver of the manifest should not stay.
    """
    found = read_results(results)
    path = manifest_of(found, manifest)
    if path is None:
        raise UsageFailure(f"{results} names no manifest: give it with --target")
    if check:
        _check(path, found)
        return
    if reason is None or expires is None:
        raise UsageFailure(
            "a waiver needs --reason and --expires (or --check, to look at those there)"
        )
    _waive(path, found, globs, reason, expires.date())


def _waive(
    path: Path, found: dict[str, Any], globs: tuple[str, ...], reason: str, expires: dt.date
) -> None:
    today = dt.date.today()
    try:
        waivers = due(
            found, load(path), load_all(), globs, reason=reason, expires=expires, today=today
        )
        text = written(path.read_text("utf-8"), waivers, reason=reason, expires=expires)
        write_manifest(path, text)
    except (ManifestError, WaivingError) as error:
        raise UsageFailure(str(error)) from error
    except OSError as error:
        raise UsageFailure(f"{path}: cannot be read: {error.strerror}") from error
    page = Page()
    for waiver in waivers:
        page.line(f"waived until {expires}", str(waiver))
    page.line(f"written to {path}")


def _check(path: Path, found: dict[str, Any]) -> None:
    try:
        text = path.read_text("utf-8")
        open_ = doubts(text, found, load_all(), dt.date.today())
    except OSError as error:
        raise UsageFailure(f"{path}: cannot be read: {error.strerror}") from error
    except (UnicodeDecodeError, WaivingError) as error:
        raise UsageFailure(f"{path}: {error}") from error
    page = Page()
    for doubt in open_:
        page.line(doubt.kind, doubt.waiver, doubt.why)
    if open_:
        raise UsageFailure(f"{path}: {len(open_)} of its waivers should not stay as they are")
    page.line(f"{path}: every waiver is needed, as far as these results show")
