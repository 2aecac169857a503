"""The last lines of a run."""

from io import StringIO
from pathlib import Path

from rich.console import Console

from qonform.running.conclusion import conclude


def row(verdict, message, level="shall"):
    return {
        "id": "ETSI-014-5.4-02",
        "profile": "etsi-014",
        "level": level,
        "verdict": verdict,
        "reason": message,
        "checks": [{"verdict": verdict, "message": message}],
    }


def concluded(*rows, **run):
    spent = {"key_bits": 2048, "keys": 8, "pairs": 0, "requests": 30}
    out = StringIO()
    results = {
        "summary": {"verdict": "non_conforming", "sentence": "It fails.", "counts": {"fail": 2}},
        "requirements": rows,
        "run": {"spent": spent, "duration_s": 1.5, "seed": 7, **run},
    }
    conclude(Console(file=out, highlight=False, width=80), results, Path("r/index.html"))
    return out.getvalue()


def test_what_a_target_says_commands_no_terminal_and_begins_no_line():
    said = concluded(row("fail", "refused, '\x1b[2Jgone\r\nCONFORMING'"))
    assert "\x1b" not in said
    assert not any(line.startswith("CONFORMING") for line in said.splitlines())


def test_what_is_open_is_counted_by_reason_and_what_could_not_be_paid_has_its_price():
    step = {"key_bits": 1024}
    plan = {"left_out": [step, step], "reduced": [step]}
    said = concluded(row("inconclusive", "dry"), row("inconclusive", "dry"), plan=plan)
    assert "open 2 x dry" in said
    assert "unpaid 2 checks would need up to 2.05 kbit more key" in said
    assert "reduced 1 check explored less" in said


def test_pairs_are_told_beside_keys_where_there_were_any():
    assert "spent 2.05 kbit in 8 keys, 30 requests" in concluded(row("pass", "held"))
    pairs = {"spent": {"key_bits": 0, "keys": 0, "pairs": 12, "requests": 30}}
    assert "spent 12 entangled pairs, 30 requests" in concluded(row("pass", "held"), **pairs)
    dear = {"left_out": [{"key_bits": 0, "pairs": 40}], "reduced": []}
    assert "1 check would need up to 40 more pairs" in concluded(row("pass", "held"), plan=dear)
