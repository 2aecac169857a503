"""What a run measures of a link and of key delivery, as results.json has it."""

from __future__ import annotations

from typing import Any

_SHARES = (0.0, 0.25, 0.5, 0.75, 0.9, 0.99, 1.0)


def measurements() -> dict[str, Any]:
    """Of a link of middling quality, and of key delivery over two transports."""
    return {"links": _links(), "keys": _keys()}


def _links() -> dict[str, Any]:
    return {
        "offers": [
            {
                "node": node,
                "remote_node": other,
                "types": ["keep", "measure"],
                "max_min_fidelity": 0.93,
                "expected_fidelity": 0.95,
                "pairs_per_second": 2000.0,
                "memory_qubits": 10,
            }
            for node, other in (("node-a", "node-b"), ("node-b", "node-a"))
        ],
        "correlations": [
            _correlation("measure", "PSI_MINUS", axes, pairs, equal)
            for axes, pairs, equal in (
                (("X", "X"), 90, 4),
                (("Y", "Y"), 88, 2),
                (("Z", "Z"), 120, 5),
                (("X", "Y"), 20, 11),
                (("(Z+X)/sqrt2", "Z"), 9, 2),
            )
        ]
        + [_correlation("keep", "PSI_PLUS", ("X", "X"), 30, 29)],
        "fidelity": [
            {
                "asked_for": 0.93,
                "mark": 0.8,
                "fails_at_log10": 6.0,
                "passes_at_log10": 3.0,
                "error_bound": 0.001001,
                "points": [
                    {
                        "pairs": pairs,
                        "estimate": 0.95,
                        "low": round(0.95 - 4 / pairs, 4),
                        "high": 1.0,
                        "fail_log10": round(-pairs / 100, 3),
                        "pass_log10": round(pairs / 40, 3),
                    }
                    for pairs in range(9, 244, 9)
                ],
            }
        ],
        "rates": [
            {
                "node": "node-a",
                "remote_node": "node-b",
                "pairs": 2017,
                "busy_s": 2.52,
                "promised_per_s": 2000.0,
                "per_s": 800.4,
                "within_requests_per_s": 901.3,
            },
            {"node": "node-b", "remote_node": "node-a", "pairs": 0, "busy_s": 0.0},
        ],
        "waits": [
            _wait("Create to first OK, where it was asked", "qinet-links", 0.002),
            _wait("Create to first OK, at the other end", "qinet-links", 0.003),
        ],
    }


def _keys() -> dict[str, Any]:
    return {
        "waits": [_wait("Get key over etsi-014", "etsi-014", 0.0004)],
        "rates": [
            {
                "profile": "etsi-014",
                "keys": 286,
                "bits": 45_112,
                "busy_s": 0.178,
                "bits_per_s": 253_438.2,
            }
        ],
    }


def _correlation(
    kind: str, state: str, axes: tuple[str, str], pairs: int, equal: int
) -> dict[str, Any]:
    estimate = round(2 * equal / pairs - 1, 4)
    return {
        "type": kind,
        "bell_state": state,
        "axes": list(axes),
        "pairs": pairs,
        "equal": equal,
        "estimate": estimate,
        "low": max(-1.0, round(estimate - 0.2, 4)),
        "high": min(1.0, round(estimate + 0.2, 4)),
        "error_bound": 0.05,
        "ideal": 0.0 if axes[0] != axes[1] else -1.0,
    }


def _wait(of: str, profile: str, shortest_s: float) -> dict[str, Any]:
    points = [{"share": s, "s": round(shortest_s * 50**s, 6)} for s in _SHARES]
    return {"of": of, "profile": profile, "cases": 332, "points": points}
