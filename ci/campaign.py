"""Campaigns: the suite against every conforming variant, and the clean reference on many seeds.

    python ci/campaign.py variants --seeds 10
    python ci/campaign.py clean --seeds 20 --out docs/campaigns/clean.md
    python ci/campaign.py clean --links --seeds 100 --workers 4

Each run is what a user would run: a reference network in one process, `qonform run` in another.
`qonform selftest` does the same with every seeded fault.
"""

from __future__ import annotations

import argparse
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from qonform.selftest.judged import Judged, judge_altered
from qonform.selftest.listing import Variant
from qonform.selftest.listing import variants as every_variant


def unjust(variant: Variant, judged: Judged) -> set[str]:
    """Failures of a variant in what it does not break by design."""
    return set(judged.failed()) - set(variant.breaks)


def say(what: str, judged: Judged, failed: set[str]) -> None:
    """One line for a run that has ended, where somebody watches or keeps it."""
    print(
        f"{what}: exit {judged.exit_code}, {', '.join(sorted(failed)) or 'none failed'}",
        file=sys.stderr,
        flush=True,
    )


def variants(effort: str, seeds: int, workers: int, *, links: bool) -> tuple[bool, list[str]]:
    """Every conforming variant, on several seeds. Returns whether none fails, and a page.

    With `links`, only those of links.
    """
    listed = [v for v in every_variant() if "--links" in v.flags or not links]
    jobs = [(variant, seed) for variant in listed for seed in range(1, seeds + 1)]

    def run(job: tuple[Variant, int]) -> tuple[Variant, set[str], int]:
        variant, seed = job
        judged = judge_altered(variant.flags, "--effort", effort, "--seed", str(seed))
        say(f"{variant.name}, seed {seed}", judged, unjust(variant, judged))
        return variant, unjust(variant, judged), judged.exit_code

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
    for variant in listed:
        mine = [(bad, code) for v, bad, code in ended if v == variant]
        codes = ", ".join(sorted({str(code) for _, code in mine}))
        bad = ", ".join(sorted(set().union(*(b for b, _ in mine)))) or "none"
        page.append(f"| {variant.name} | {variant.sentence} | {codes} | {bad} |")
    return not any(bad for _, bad, _ in ended), page


def clean(effort: str, seeds: int, workers: int, *, links: bool) -> tuple[bool, list[str]]:
    """The clean reference on many seeds. Returns whether each run conforms, and a page.

    Of keys; with `links`, of entangled links.
    """
    flags = ["--links"] if links else []

    def run(seed: int) -> Judged:
        judged = judge_altered(flags, "--effort", effort, "--seed", str(seed))
        say(f"seed {seed}", judged, set(judged.failed()))
        return judged

    with ThreadPoolExecutor(workers) as pool:
        ended = list(pool.map(run, range(1, seeds + 1)))
    good = sum(judged.exit_code == 0 and not judged.failed() for judged in ended)
    failed = sorted({each for judged in ended for each in judged.failed()})
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
    parser.add_argument("campaign", choices=["variants", "clean"])
    parser.add_argument("--effort", default="quick")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--links", action="store_true")
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    campaign = variants if given.campaign == "variants" else clean
    holds, page = campaign(given.effort, given.seeds, given.workers, links=given.links)
    text = "\n".join([*page, "", f"Made by `{' '.join(['python', *sys.argv])}`.", ""])
    if given.out:
        given.out.parent.mkdir(parents=True, exist_ok=True)
        given.out.write_text(text)
    print(text)
    sys.exit(not holds)


if __name__ == "__main__":
    main()
