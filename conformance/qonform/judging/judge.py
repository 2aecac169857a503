"""Writes down what a check judges: one finding a requirement, the worst of all its cases."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, Protocol

from qonform.exchanges import redact_text
from qonform.judging.finding import Finding
from qonform.judging.verdict import Verdict
from qonform.ports.outcome import Delivered, Failed, Outcome


class Cited(Protocol):
    """Anything that an exchange stands behind: an outcome, a wire's answer."""

    @property
    def exchange(self) -> int:
        """Number of the exchange in the log."""
        ...


Evidence = Iterable[int | Cited] | None
"""Exchanges that show something; None means all that the check has caused so far."""

_WORST_FIRST = (Verdict.FAIL, Verdict.INCONCLUSIVE, Verdict.PASS, Verdict.NOT_APPLICABLE)


class Judge:
    """Collects the findings of one check over one transport.

    Args:
        requirements: what the check is declared to judge, and so may speak of.
        so_far: gives the numbers of the exchanges that the check has caused.
        observe: takes an observation: its id, and what was seen.
    """

    def __init__(
        self,
        requirements: Sequence[str],
        so_far: Callable[[], Iterable[int]],
        observe: Callable[[str, str], None] = lambda _id, _seen: None,
    ) -> None:
        self._requirements = frozenset(requirements)
        self._so_far = so_far
        self._observe = observe
        self._findings: dict[str, Finding] = {}

    def that(
        self,
        requirement: str,
        holds: bool,
        *,
        due: str,
        came: object,
        evidence: Evidence = None,
        history: Sequence[str] = (),
    ) -> bool:
        """Judges one case: `due` is what the standard asks for, `came` what was seen.

        Where no answer came at all, nothing is decided: a network fails for many reasons.

        Args:
            evidence: what shows it.
            history: the steps that led there, a line each.

        Returns:
            `holds`, so that a check can go on or stop by it.
        """
        if not holds and isinstance(came, Failed):
            self.undecided(requirement, f"{came}", evidence=evidence)
            return False
        verdict = Verdict.PASS if holds else Verdict.FAIL
        message = f"{came}" if holds else f"due: {due}; came: {came}"
        self._add(requirement, verdict, message, due, str(came), evidence, history)
        return holds

    def refusal(
        self,
        requirement: str,
        outcome: Outcome[Any],
        holds: bool,
        *,
        due: str,
        control: Outcome[Any],
        evidence: Evidence = None,
    ) -> bool:
        """Judges a refusal, which counts only beside a control request.

        `control` came of the same call without its one fault. Unless it was served, nothing says
        what the refusal was for: a server that refuses everything would conform, and one that is
        out of keys would not. The case is then undecided; so it is without any answer.
        """
        cited = list(evidence) if evidence is not None else None
        if cited is not None:
            cited.append(control)
        if isinstance(outcome, Failed):
            self.undecided(requirement, f"{outcome}", evidence=cited)
        elif not isinstance(outcome, Delivered) and not isinstance(control, Delivered):
            self.undecided(
                requirement,
                f"the same request without its fault was not served: {control}",
                evidence=cited,
            )
        else:
            return self.that(requirement, holds, due=due, came=outcome, evidence=cited)
        return False

    def undecided(self, requirement: str, why: str, *, evidence: Evidence = None) -> None:
        """Says that nothing could be decided, and why."""
        self._add(requirement, Verdict.INCONCLUSIVE, why, None, None, evidence)

    def not_applicable(self, requirement: str, why: str) -> None:
        """Says that the condition of the requirement is not met here, and why."""
        self._add(requirement, Verdict.NOT_APPLICABLE, why, None, None, ())

    def observed(self, observation: str, seen: object) -> None:
        """Records what the implementation does where the text leaves a choice. Never a verdict."""
        self._observe(observation, str(seen))

    def findings(self, undecided_because: str) -> list[Finding]:
        """One finding for each declared requirement.

        Args:
            undecided_because: the reason for those that were not judged.
        """
        so_far = tuple(self._so_far())[-6:]
        return [
            self._findings.get(r)
            or Finding(r, Verdict.INCONCLUSIVE, redact_text(undecided_because), evidence=so_far)
            for r in sorted(self._requirements)
        ]

    def judged(self) -> list[Finding]:
        """One finding for each requirement of which there was a case."""
        return [self._findings[r] for r in sorted(self._findings)]

    def _add(
        self,
        requirement: str,
        verdict: Verdict,
        message: str,
        due: str | None,
        came: str | None,
        evidence: Evidence,
        history: Sequence[str] = (),
    ) -> None:
        if requirement not in self._requirements:
            raise LookupError(f"this check is not declared to judge {requirement}")
        cited = tuple(dict.fromkeys(map(_number, self._so_far() if evidence is None else evidence)))
        due, came = (None if text is None else redact_text(text) for text in (due, came))
        steps = tuple(map(redact_text, history))
        message = redact_text(message)
        new = Finding(requirement, verdict, message, due, came, cited, history=steps)
        self._findings[requirement] = worse(self._findings.get(requirement), new)


def _number(seen: int | Cited) -> int:
    return seen if isinstance(seen, int) else seen.exchange


def worse(old: Finding | None, new: Finding) -> Finding:
    """The worse of two findings on one requirement, the earlier of equals; cases add up."""
    if old is None:
        return new
    kept = min(old, new, key=lambda f: _WORST_FIRST.index(f.verdict))
    return replace(kept, examples=old.examples + new.examples)
