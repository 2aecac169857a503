"""The pages: each one file, from which no request ever leaves."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from qonform_report.page import page
from qonform_report.selftest_page import selftest_page
from qonform_report.validation import validate, validate_selftest
from qonform_report.visible import visible

if TYPE_CHECKING:
    from collections.abc import Mapping


def render_html(results: Mapping[str, Any]) -> str:
    """The results as one HTML page, for a lab, a buyer and an engineer."""
    validate(results)
    return _document("page.html.j2", page(results), _asset("page.css"))


def render_selftest(selftest: Mapping[str, Any]) -> str:
    """A self-test as one HTML page: survivors first, then what caught the others."""
    validate_selftest(selftest)
    style = _asset("page.css") + _asset("selftest.css")
    return _document("selftest.html.j2", selftest_page(selftest), style)


def _document(template: str, content: object, style: str) -> str:
    script = _asset("page.js")
    return (
        _environment()
        .get_template(template)
        .render(
            page=content,
            policy=_policy(style, script),
            style=Markup(style),  # noqa: S704 (ours, not a target's)
            script=Markup(script),  # noqa: S704
        )
    )


def _policy(style: str, script: str) -> str:
    """A content security policy under which only this style and this script work.

    The icon is a data: URL, which no request fetches.
    """
    return (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


@cache
def _asset(name: str) -> str:
    return (resources.files("qonform_report") / "templates" / name).read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("qonform_report"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_seen,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["coded"] = _coded
    return environment


_TICKED = re.compile(r"`([^`\n]+)`")


def _coded(text: str) -> Markup:
    """`text`, escaped, with what stands in backticks set as code."""
    return Markup(_TICKED.sub(r"<code>\1</code>", str(escape(visible(text)))))  # noqa: S704


def _seen(value: object) -> object:
    """Every text that a template prints is made visible first; markup of ours is left alone."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value
