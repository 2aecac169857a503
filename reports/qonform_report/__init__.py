"""Reports: pure functions of results.json.

`write` puts the four files of a run into a directory: `index.html` for people, `junit.xml` for
CI servers, `summary.md` for a job's page, `results.json` for programs and for `read`. Each of the
first three is also there as a pure function, `render_html`, `render_junit`, `render_summary`.
`write_selftest` does the same for a self-test: `selftest.html`, `selftest.md`, `selftest.json`.

Nothing here judges: the verdict and its sentence are those of the results.
"""

from qonform_report.errors import UnusableResultsError
from qonform_report.html import render_html, render_selftest
from qonform_report.junit import render_junit
from qonform_report.markdown import render_summary
from qonform_report.reading import read
from qonform_report.selftest_markdown import render_selftest_summary
from qonform_report.writing import write, write_selftest

__all__ = [
    "UnusableResultsError",
    "read",
    "render_html",
    "render_junit",
    "render_selftest",
    "render_selftest_summary",
    "render_summary",
    "write",
    "write_selftest",
]
