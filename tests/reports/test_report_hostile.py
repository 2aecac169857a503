"""A hostile server's words stay words, in every format."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from junitparser import JUnitXml
from report_samples import failing, measured

from qonform_report import read, render_html, render_junit, render_summary, write
from qonform_report.markdown_text import code_block, escaped
from qonform_report.visible import visible

HOSTILE = {
    "script": "<script>alert(1)</script>",
    "closes everything": "</pre></details></main></style></script><img src=x onerror=alert(1)>",
    "attribute": '" onmouseover="alert(1)" \'',
    "template": "{{ 7 * 7 }}{% include 'x' %}",
    "xml": "]]><failure/><!-- ",
    "controls": "a\x00b\x08c\x1bd\x7fe\x85f\ufffe",
    "surrogate": "half \ud800 of a pair",
    "bidi": "\u202e0 failed\u202c \u200b",
    "markdown": "|\n\n# Conforming\n\n[x](http://evil.example) ![](http://evil.example/p.png) `a`",
    "fence": "```\n````\n</code></pre># Conforming",
    "mention": "@octocat #1 www.evil.example https://evil.example",
    "code": "`<script>alert(1)</script>` ` & `",
    "long": "A" * 1_900,
}


@pytest.fixture(params=HOSTILE.values(), ids=HOSTILE.keys())
def hostile(request):
    return request.param


@pytest.fixture
def spoilt(hostile):
    """A report in which everything that comes from a target or a manifest is hostile."""
    results = measured()
    results["run"]["profiles"] = [hostile]
    spoil_measurements(results["measurements"], hostile)
    results["implementation"] = dict.fromkeys(
        ("supplier", "name", "version", "description"), hostile
    )
    results["advertised"][0]["status"] = {hostile: hostile, "nested": {"list": [hostile, {}]}}
    results["claims"] = {hostile: hostile}
    results["target"]["limits"] = {hostile: hostile}
    results["target"]["clients"][0].update(id=hostile, roles=[hostile])
    results["run"].update(errors=[hostile], interrupted=hostile, command=hostile, started=hostile)
    results["summary"]["sentence"] = hostile
    results["observations"][0].update(question=hostile, observed=[hostile])
    results["statistics"][0].update(name=hostile, unit=hostile)
    for requirement in results["requirements"]:
        if requirement["verdict"] in {"fail", "waived"}:
            for check in requirement["checks"]:
                check.update(message=hostile, expected=hostile, actual=hostile, replay=hostile)
                check["history"] = [hostile, hostile]
                for exchange in check["evidence"]:
                    exchange.update(command=hostile, client=hostile, node=hostile)
                    for side in ("request", "reply"):
                        exchange[side] = {
                            "summary": hostile,
                            "headers": {hostile: hostile},
                            "body": hostile,
                        }
    return results


def spoil_measurements(measured, hostile):
    """Every word of them that a target has a say in."""
    links, keys = measured["links"], measured["keys"]
    links["offers"][0].update(node=hostile, remote_node=hostile, types=[hostile], more=hostile)
    links["rates"][0].update(node=hostile, remote_node=hostile)
    links["correlations"][0]["axes"] = [hostile, hostile]
    links["waits"][0].update(of=hostile, profile=hostile)
    keys["waits"][0].update(of=hostile)
    keys["rates"][0].update(profile=hostile)


class Skeleton(HTMLParser):
    """The tags and attribute names of a page, without its words."""

    def __init__(self, page):
        super().__init__()
        self.tags = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, tuple(name for name, _ in attrs)))

    def handle_endtag(self, tag):
        self.tags.append((f"/{tag}", ()))


def harmless(results, hostile):
    """The same report with an innocent word wherever the hostile one stands."""
    if isinstance(results, dict):
        return {harmless(k, hostile): harmless(v, hostile) for k, v in results.items()}
    if isinstance(results, list):
        return [harmless(each, hostile) for each in results]
    return "word" if results == hostile else results


IGNORED = {"code", "/code", "i", "/i"}  # ticks set as code, and marks of a cut


def test_a_page_has_the_same_structure_whatever_is_said(spoilt, hostile):
    def skeleton(results):
        return [tag for tag in Skeleton(render_html(results)).tags if tag[0] not in IGNORED]

    innocent, guilty = skeleton(harmless(spoilt, hostile)), skeleton(spoilt)
    differences = [two for two in zip(innocent, guilty, strict=False) if two[0] != two[1]]
    assert differences[:1] == []
    assert len(innocent) == len(guilty)


def test_an_endless_answer_does_not_make_an_endless_page():
    endless = "A" * 300_000
    results = failing()
    results["advertised"][0]["status"] = {endless: endless, **{f"m{n}": n for n in range(9_000)}}
    results["observations"][0]["observed"] = [endless] * 500
    for requirement in results["requirements"]:
        for check in requirement["checks"]:
            for exchange in check["evidence"]:
                exchange["reply"] = {"summary": endless, "headers": {"X": endless}, "body": endless}
                exchange["command"] = endless
            if check["verdict"] == "fail":
                check.update(message=endless, expected=endless, actual=endless)
                check["evidence"] *= 40
    sizes = len(render_html(results)), len(render_summary(results))
    assert sizes[0] < 1_000_000
    assert sizes[1] < 100_000


def test_a_page_holds_no_unseen_character(spoilt):
    page = render_html(spoilt)
    page.encode("utf-8")
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\ufffe]", page)


def test_junit_stays_well_formed(spoilt):
    report = JUnitXml.fromstring(render_junit(spoilt).encode("utf-8"))
    assert report.failures == spoilt["summary"]["by_level"]["shall"]["fail"]


def test_a_summary_has_the_same_lines_whatever_is_said(spoilt, hostile):
    innocent = harmless(spoilt, hostile)
    for results in (spoilt, innocent):
        results["run"]["command"] = "word"

    def marks(results):
        lines = render_summary(results).splitlines()
        return [(re.match(r"[#|>`-]*", line)[0], line.count("|")) for line in lines]

    assert marks(spoilt) == marks(innocent)


def test_files_are_written_and_read_back(spoilt, tmp_path):
    write(spoilt, tmp_path)
    assert read(tmp_path / "results.json") == spoilt


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_escaped_markdown_has_no_character_that_acts(text):
    words = re.sub(r"&#\d+;", "", escaped(text))
    assert not re.search(r"[<>\[\]`|@\n*_\\]|:\S|www\.", words)


@pytest.mark.parametrize("text", ["plain", "a ``` b", "`" * 10, "x\n````\ny"])
def test_a_code_block_ends_where_it_should(text):
    first, *inside, last = code_block(text, "sh").split("\n")
    fence = first.removesuffix("sh")
    assert last == fence
    assert set(fence) == {"`"}
    assert all(fence not in line for line in inside)


def test_ordinary_text_is_left_alone():
    assert visible("Grüße, 量子 ✓\n\t«ok»") == "Grüße, 量子 ✓\n\t«ok»"
