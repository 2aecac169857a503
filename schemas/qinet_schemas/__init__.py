"""JSON Schemas of what Qonform reads and writes, as package data.

`load("target")` is the law of a target manifest, `load("results")` that of results.json,
`load("selftest")` that of selftest.json,
`load("etsi014")` holds the five JSON objects of ETSI GS QKD 014 clause 6 under `$defs`.
"""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any


@cache
def load(name: str) -> dict[str, Any]:
    """The schema `name`, parsed. Raises FileNotFoundError when there is none of that name."""
    text = resources.files(__name__).joinpath(f"{name}.schema.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema
