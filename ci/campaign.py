"""Campaigns: the suite against every seeded fault, every variant, many seeds.

    python ci/campaign.py faults --effort quick --out docs/campaigns/faults.md
    python ci/campaign.py variants --seeds 10
    python ci/campaign.py clean --seeds 20

Each run is what a user would run: a reference network in one process, `qonform run` in another.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


@dataclass(frozen=True)
class Alteration:
    """A fault or a variant of the reference network.

    `requirements` are those that a fault breaks, or a variant by design; `beside` names the
    variants that a fault needs to show.
    """

    name: str
    requirements: tuple[str, ...]
    sentence: str
    beside: tuple[str, ...] = ()


@dataclass(frozen=True)
class Judged:
    """What a run said."""

    exit_code: int
    stdout: str
    stderr: str
    report: Path

    @property
    def results(self) -> dict[str, Any]:
        """results.json."""
        found: dict[str, Any] = json.loads((self.report / "results.json").read_text())
        return found

    def failed(self, level: str | None = None) -> list[str]:
        """Requirements that failed, at one level or at any."""
        rows = self.results["requirements"]
        return sorted(
            {r["id"] for r in rows if r["verdict"] == "fail" and level in (None, r["level"])}
        )


def alterations(kind: str) -> list[Alteration]:
    """All `faults` or `variants` of the reference network."""
    command = [sys.executable, "-m", "qinet_reference", kind, "--json"]
    listed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return [
        Alteration(
            one["name"],
            tuple(one["breaks"] if kind == "variants" else one["requirements"]),
            one["sentence"],
            tuple(one.get("beside", ())),
        )
        for one in json.loads(listed)
    ]


@contextmanager
def serving(folder: Path, *arguments: str) -> Iterator[Path]:
    """Runs a reference network. Yields the path of its manifest."""
    command = [sys.executable, "-m", "qinet_reference", "serve", "--dir", str(folder)]
    with (folder / "reference.log").open("w") as log:
        process = subprocess.Popen(
            [*command, "--until-stdin-closes", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        try:
            line = process.stdout.readline() if process.stdout else ""
            if not line.startswith("ready "):
                said = (folder / "reference.log").read_text()
                raise RuntimeError(f"the reference network did not start: {said}")
            yield Path(line.removeprefix("ready ").strip())
        finally:
            process.terminate()
            process.wait(10)


def judge(manifest: Path, report: Path, *arguments: str, timeout: float = 600) -> Judged:
    """Runs `qonform run` on a manifest."""
    command = [sys.executable, "-m", "qonform", "run", "--target", str(manifest)]
    ended = subprocess.run(
        [*command, "--report-dir", str(report), *arguments],
        check=False,
        capture_output=True,
        text=True,
        timeout=timeout,
    )
    return Judged(ended.returncode, ended.stdout, ended.stderr, report)


def judge_altered(flags: Sequence[str], *arguments: str) -> tuple[Judged, dict[str, Any]]:
    """Judges a reference network with alterations; gives the results before they are cleared."""
    with tempfile.TemporaryDirectory(prefix="qonform-campaign-") as scratch:
        folder = Path(scratch)
        with serving(folder, *flags) as manifest:
            judged = judge(manifest, folder / "report", *arguments)
        return judged, judged.results


def failures(results: dict[str, Any], level: str | None = None) -> set[str]:
    """Ids of the requirements that failed."""
    rows = results["requirements"]
    return {r["id"] for r in rows if r["verdict"] == "fail" and level in (None, r["level"])}


def fault_flags(fault: Alteration) -> list[str]:
    """How the network is started with a fault; some show only beside a variant."""
    return ["--fault", fault.name, *(word for one in fault.beside for word in ("--variant", one))]


def _fault_row(fault: Alteration, effort: str, seed: int) -> tuple[bool, str]:
    judged, results = judge_altered(fault_flags(fault), "--effort", effort, "--seed", str(seed))
    red = failures(results)
    killed = bool(red & set(fault.requirements))
    spent = results["run"]["spent"]["key_bits"]
    mine = set(fault.requirements)
    by = ", ".join(sorted(red & mine)) or "**nothing**"
    others = ", ".join(sorted(red - mine)) or "none"
    row = f"| {fault.name} | {judged.exit_code} | {by} | {others} | {spent / 1000:.0f} |"
    return killed, row


def faults(effort: str, seed: int, workers: int) -> tuple[bool, list[str]]:
    """Every fault against the suite. Returns whether all are killed, and a page."""
    listed = alterations("faults")
    with ThreadPoolExecutor(workers) as pool:
        rows = list(pool.map(lambda fault: _fault_row(fault, effort, seed), listed))
    killed = sum(k for k, _ in rows)
    survivors = [f.name for f, (k, _) in zip(listed, rows, strict=True) if not k]
    page = [
        "# Seeded faults",
        "",
        f"{killed} of {len(listed)} killed at `--effort {effort}`, seed {seed}.",
        f"Survivors: {', '.join(survivors) or 'none'}.",
        "",
        "| fault | exit | requirements of the fault that failed | others that failed | kbit |",
        "| --- | --- | --- | --- | --- |",
        *(row for _, row in rows),
    ]
    return not survivors, page


def unjust(variant: Alteration, results: dict[str, Any]) -> set[str]:
    """Failures of a variant in what it does not break by design."""
    return failures(results) - set(variant.requirements)


def variants(effort: str, seeds: int, workers: int) -> tuple[bool, list[str]]:
    """Every conforming variant, on several seeds. Returns whether none fails, and a page."""
    jobs = [(v, seed) for v in alterations("variants") for seed in range(1, seeds + 1)]

    def run(job: tuple[Alteration, int]) -> tuple[Alteration, set[str], int]:
        variant, seed = job
        flags, arguments = ["--variant", variant.name], ["--effort", effort, "--seed", str(seed)]
        judged, results = judge_altered(flags, *arguments)
        return variant, unjust(variant, results), judged.exit_code

    with ThreadPoolExecutor(workers) as pool:
        ended = list(pool.map(run, jobs))
    page = [
        "# Conforming variants",
        "",
        f"{len(ended)} runs at `--effort {effort}`, {seeds} seeds each.",
        "",
        "| variant | what is odd about it | exit codes | failures |",
        "| --- | --- | --- | --- |",
    ]
    for variant in alterations("variants"):
        mine = [(bad, code) for v, bad, code in ended if v.name == variant.name]
        codes = ", ".join(sorted({str(code) for _, code in mine}))
        bad = ", ".join(sorted(set().union(*(b for b, _ in mine)))) or "none"
        page.append(f"| {variant.name} | {variant.sentence} | {codes} | {bad} |")
    return not any(bad for _, bad, _ in ended), page


def clean(effort: str, seeds: int, workers: int) -> tuple[bool, list[str]]:
    """The clean reference on many seeds. Returns whether each run conforms, and a page."""

    def run(seed: int) -> tuple[int, set[str]]:
        judged, results = judge_altered([], "--effort", effort, "--seed", str(seed))
        return judged.exit_code, failures(results)

    with ThreadPoolExecutor(workers) as pool:
        ended = list(pool.map(run, range(1, seeds + 1)))
    good = sum(code == 0 and not failed for code, failed in ended)
    failed = sorted(set().union(*(f for _, f in ended)))
    page = [
        "# The clean reference",
        "",
        f"{good} of {seeds} runs at `--effort {effort}` end conforming, without a warning.",
        f"Failures: {', '.join(failed) or 'none'}.",
    ]
    return good == seeds, page


def main() -> None:
    """Runs one campaign; exits 1 when it does not hold."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("campaign", choices=["faults", "variants", "clean"])
    parser.add_argument("--effort", default="quick")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    if given.campaign == "faults":
        holds, page = faults(given.effort, given.seeds, given.workers)
    elif given.campaign == "variants":
        holds, page = variants(given.effort, given.seeds, given.workers)
    else:
        holds, page = clean(given.effort, given.seeds, given.workers)
    text = "\n".join([*page, "", f"Made by `{' '.join(['python', *sys.argv])}`.", ""])
    if given.out:
        given.out.parent.mkdir(parents=True, exist_ok=True)
        given.out.write_text(text)
    print(text)
    sys.exit(not holds)


if __name__ == "__main__":
    main()
