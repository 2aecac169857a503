"""A history is told in lines that can be followed by hand."""

import re

from qonform.judging import Judge, Story
from qonform.ports.key_delivery import GetKey, GetKeyWithIds, Key, KeyContainer, KeyRequest
from qonform.ports.outcome import Delivered, RefusalKind, Refused
from qonform.ports.secret import KeyMaterial

KEYS = tuple(
    Key(f"0000000{n}-0000-4000-8000-000000000000", KeyMaterial(bytes([n]) * 8)) for n in range(3)
)
GIVEN = Delivered(KeyContainer(KEYS), 1)
DRAWN = GetKey("m", "s", KeyRequest(3, 64, ("t",)))
REFUSED = Refused(RefusalKind.BAD_REQUEST, "400", "not found", 2)


def told(*about):
    story = Story(about or None)
    story.tell("m at a", DRAWN, GIVEN)
    story.tell("s at b", GetKeyWithIds("s", "m", (KEYS[1].id, KEYS[2].id)), REFUSED, "at once")
    lines = story.lines("both keys")
    return [re.sub("#[0-9a-f]{8}", "#", line) for line in lines]


def test_steps_are_numbered_and_the_last_line_says_what_was_due():
    first, second, due = told()
    assert first == "1. m at a: Get key for s and t, 3 of 64 bit -> " + ", ".join(
        f"k{n + 1} = {key.id} <64 bit #>" for n, key in enumerate(KEYS)
    )
    assert second == (
        "2. s at b, at once: Get key with key IDs, k2, k3 of m -> refused with 400, 'not found'"
    )
    assert due == "due: both keys"


def test_what_the_story_is_not_about_is_counted():
    first, second, _ = told(KEYS[2].id)
    assert first.endswith(f"-> k1 = {KEYS[2].id} <64 bit #> and 2 more")
    assert "k1 and 1 more of m" in second


def test_a_story_reaches_the_finding_and_shows_no_key():
    judge = Judge(["R-1"], lambda: [1])
    steps = ("1. a: asked -> c2VjcmV0IGtleSBtYXRlcmlhbA==", "due: nothing")
    judge.that("R-1", False, due="nothing", came="a key", history=steps)
    judge.that("R-1", True, due="nothing", came="nothing")
    (finding,) = judge.findings("-")
    assert finding.history[1] == "due: nothing"
    assert "c2VjcmV0" not in finding.history[0]
