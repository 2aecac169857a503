"""`qonform waive`: into the manifest, and only what is due."""

from __future__ import annotations

import datetime as dt

import pytest
from click.testing import CliRunner

from qonform.cli import commands
from qonform.target import load

TODAY = dt.date.today()
SOON = (TODAY + dt.timedelta(days=30)).isoformat()
REASON = 'tracked as "KME-812"'


def waive(*arguments):
    return CliRunner().invoke(commands, ["waive", *map(str, arguments)])


@pytest.fixture
def run(manifest, failed_run, save):
    """Waives by the failing run, with further arguments."""
    results = save(failed_run)

    def waive_(*arguments, reason=REASON, expires=SOON):
        given = ["--reason", reason, "--expires", expires, "--target", manifest]
        return waive(results, *given, *arguments)

    return waive_


def test_one_failure_is_waived_and_the_rest_of_the_file_stays(run, manifest):
    before = manifest.read_text()
    ended = run("--requirement", "ETSI-014-5.4-06")
    assert ended.exit_code == 0, ended.output
    assert "ETSI-014-5.4-06" in ended.output
    assert manifest.read_text().startswith(before)
    (waiver,) = load(manifest).waivers
    assert (waiver.requirement, waiver.profile, waiver.reason) == ("ETSI-014-5.4-06", None, REASON)
    assert waiver.expires.isoformat() == SOON
    assert not list(manifest.parent.glob(".qonform*"))


def test_without_a_glob_everything_that_failed_is_waived(run, manifest, failed_run):
    assert run().exit_code == 0
    assert {w.requirement for w in load(manifest).waivers} == {
        r["id"] for r in failed_run["requirements"] if r["verdict"] == "fail"
    }


def test_waivers_that_are_there_stay_and_new_ones_follow(run, manifest):
    assert run("--requirement", "ETSI-014-5.4-06").exit_code == 0
    assert run("--requirement", "ETSI-014-6.2-1*").exit_code == 0
    assert [w.requirement for w in load(manifest).waivers] == [
        "ETSI-014-5.4-06", "ETSI-014-6.2-12", "ETSI-014-6.2-13", "ETSI-014-6.2-14",
    ]  # fmt: skip
    again = run("--requirement", "ETSI-014-5.4-06")
    assert again.exit_code == 2
    assert f"{manifest}:" in again.output
    assert "is waived already" in again.output


def test_waivers_in_one_line_stay_in_one_line(run, manifest):
    old = f'{{ requirement = "ETSI-014-6.4-05", reason = "known", expires = "{SOON}" }}'
    manifest.write_text(f"waivers = [{old}]\n" + manifest.read_text())
    assert run("--requirement", "ETSI-014-5.4-06").exit_code == 0
    assert len(load(manifest).waivers) == 2
    assert old in manifest.read_text()


def test_a_failure_over_one_of_two_transports_is_waived_for_that_one(run, manifest):
    text = manifest.read_text().replace('["etsi-014"]', '["etsi-014", "qinet-keys"]')
    text = text.replace("[[clients]]", '[nodes.qinet]\naddress = "127.0.0.1:9201"\n\n[[clients]]')
    manifest.write_text(text)
    assert (
        run("--requirement", "ETSI-014-5.4-06", "--requirement", "ETSI-014-5.4-0[23]").exit_code
        == 0
    )
    assert {w.profile for w in load(manifest).waivers} == {"etsi-014"}


@pytest.mark.parametrize(
    ("arguments", "changes", "said"),
    [
        ([], {"reason": "  "}, "needs a reason"),
        ([], {"expires": (TODAY - dt.timedelta(days=1)).isoformat()}, "is past"),
        ([], {"expires": (TODAY + dt.timedelta(days=400)).isoformat()}, "more than a year ahead"),
        ([], {"expires": "soon"}, "soon"),
        (["--requirement", "ETSI-014-5.4-01"], {}, "nothing that failed: the results say pass"),
        (["--requirement", "ETSI-014-6.4-05"], {}, "the results say waived"),
        (["--requirement", "ETSI-014-5.4-6"], {}, "did you mean 'ETSI-014-5.4-06'"),
        (["--requirement", "ETSI-014-5.4-06", "--requirement", "QINET-*"], {}, "QINET-*"),
    ],
)  # fmt: skip
def test_what_is_not_due_is_refused_and_nothing_is_written(run, manifest, arguments, changes, said):
    before = manifest.read_text()
    ended = run(*arguments, **changes)
    assert ended.exit_code == 2
    assert said in ended.output.splitlines()[-1]
    assert manifest.read_text() == before


def test_results_of_another_version_are_stale(run, manifest):
    manifest.write_text(manifest.read_text().replace('"2.1"', '"2.2"'))
    ended = run()
    assert ended.exit_code == 2
    assert "stale" in ended.output
    assert "run again" in ended.output


def test_a_run_without_a_failure_leaves_nothing_to_waive(manifest, good_run, save):
    ended = waive(save(good_run), "--reason", "x", "--expires", SOON, "--target", manifest)
    assert ended.exit_code == 2
    assert "nothing to waive" in ended.output


def test_a_manifest_that_does_not_load_is_left_alone(run, manifest):
    broken = manifest.read_text().replace("roles", "rolls")
    manifest.write_text(broken)
    ended = run()
    assert ended.exit_code == 2
    assert "qonform.toml:" in ended.output
    assert manifest.read_text() == broken


def test_the_manifest_that_the_results_name_is_the_default(manifest, failed_run, save):
    failed_run["run"]["command"] = f"qonform run --target {manifest} --effort quick"
    ended = waive(save(failed_run), "--reason", "x", "--expires", SOON)
    assert ended.exit_code == 0, ended.output
    assert load(manifest).waivers


def test_a_manifest_that_is_not_where_the_results_name_it(failed_run, save):
    failed_run["run"]["command"] = "qonform run --target no/such.toml"
    ended = waive(save(failed_run), "--reason", "x", "--expires", SOON)
    assert ended.exit_code == 2
    assert "no/such.toml, which the results name, is not there" in ended.output


def test_without_a_manifest_or_a_reason_it_says_what_is_missing(manifest, failed_run, save):
    failed_run["run"]["command"] = "qonform run"
    results = save(failed_run)
    assert "--target" in waive(results, "--reason", "x", "--expires", SOON).output
    assert "--reason" in waive(results, "--target", manifest).output


def waivers(*tables):
    return "".join(
        f'\n[[waivers]]\nrequirement = "{id_}"\nreason = "known"\nexpires = {expires}\n'
        for id_, expires in tables
    )


@pytest.mark.parametrize(
    ("table", "kind"),
    [
        (("ETSI-014-5.4-06", "2020-01-01"), "expired"),
        (("ETSI-014-5.4-01", SOON), "stale"),
        (("ETSI-014-9.9-01", SOON), "unmatched"),
        (("QINET-KEYS-01", SOON), "unmatched"),
    ],
)
def test_a_waiver_that_should_not_stay_is_told(manifest, failed_run, save, table, kind):
    manifest.write_text(manifest.read_text() + waivers(("ETSI-014-6.4-05", SOON), table))
    before = manifest.read_text()
    ended = waive("--check", "--target", manifest, save(failed_run))
    assert ended.exit_code == 2
    assert f"{kind} {table[0]}" in ended.output
    assert "6.4-05" not in ended.output
    assert manifest.read_text() == before


def test_waivers_are_not_held_against_results_of_another_implementation(manifest, failed_run, save):
    manifest.write_text(manifest.read_text().replace('"2.1"', '"2.2"'))
    ended = waive("--check", "--target", manifest, save(failed_run))
    assert ended.exit_code == 2
    assert "the results are stale" in ended.output


def test_waivers_that_are_needed_are_good(manifest, failed_run, save):
    tables = waivers(
        ("ETSI-014-6.4-05", SOON), ("ETSI-014-5.4-06", SOON), ("ETSI-014-6.2-22", SOON)
    )
    manifest.write_text(manifest.read_text() + tables)
    ended = waive("--check", "--target", manifest, save(failed_run))
    assert ended.exit_code == 0, ended.output
    assert "every waiver is needed" in ended.output
