"""The page in a real browser: quiet, alone, usable with and without scripts."""

from __future__ import annotations

import json
import shutil

import pytest
from report_samples import SAMPLES
from selftest_samples import SAMPLES as SELFTESTS

from qonform_report import write, write_selftest

webdriver = pytest.importorskip("selenium.webdriver")
from selenium.webdriver.chrome.service import Service  # noqa: E402
from selenium.webdriver.common.by import By  # noqa: E402
from selenium.webdriver.support.wait import WebDriverWait  # noqa: E402

pytestmark = pytest.mark.browser

OPTIONS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-sync "
    "--disable-background-networking --disable-component-update --window-size=1280,1000"
)
FAILED = "etsi-014/ETSI-014-5.4-02"


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """Addresses of written reports, by the sample's name."""
    directory = tmp_path_factory.mktemp("pages")
    return {name: write(build(), directory / name).as_uri() for name, build in SAMPLES.items()}


@pytest.fixture(scope="module")
def chromium(tmp_path_factory):
    binary, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not (binary and driver):
        pytest.skip("needs Debian's chromium and chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = binary
    for option in OPTIONS.split():
        options.add_argument(option)
    options.add_argument(f"--user-data-dir={tmp_path_factory.mktemp('chromium')}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    browser = webdriver.Chrome(options=options, service=Service(driver))
    yield browser
    browser.quit()


@pytest.fixture
def browser(chromium):
    """The browser as a reader starts it: no page, no log, scripts on, the system's theme."""
    chromium.get("about:blank")
    chromium.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    emulate(chromium)
    size(chromium, 1280, 1000)
    for kind in ("browser", "performance"):
        chromium.get_log(kind)
    return chromium


def emulate(browser, media="", scheme="light"):
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": media, "features": features})


def size(browser, width, height):
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False},
    )


def requests(browser):
    events = (json.loads(entry["message"])["message"] for entry in browser.get_log("performance"))
    return [
        event["params"]["request"]["url"]
        for event in events
        if event["method"] == "Network.requestWillBeSent"
    ]


def shown(browser):
    """Ids of the requirements that can be seen in the list."""
    return browser.execute_script(
        "return [...document.querySelectorAll('.rows > li')].filter((row) => row.checkVisibility())"
        ".map((row) => row.querySelector('code').textContent)"
    )


def soon(browser, condition):
    WebDriverWait(browser, 5, 0.05).until(lambda _: condition())


def row(browser, anchor=FAILED):
    return browser.execute_script(
        "return document.getElementById(arguments[0]).closest('details')", anchor
    )


@pytest.mark.parametrize("name", SAMPLES)
def test_it_opens_without_complaint_and_asks_nobody_for_anything(browser, pages, name):
    browser.get(pages[name])
    assert browser.find_element(By.CSS_SELECTOR, ".sentence").is_displayed()
    assert browser.get_log("browser") == []
    assert {url for url in requests(browser) if not url.startswith("data:")} == {pages[name]}


def test_filters_narrow_the_list_and_stand_in_the_address(browser, pages):
    browser.get(pages["failing"])
    browser.find_element(By.CSS_SELECTOR, "[value=fail] + span").click()
    soon(browser, lambda: browser.find_element(By.ID, "shown").text == "6 of 102")
    assert len(shown(browser)) == 6
    browser.find_element(By.NAME, "q").send_keys("stranger_is_refused 401")
    soon(browser, lambda: shown(browser) == ["ETSI-014-5.4-02", "ETSI-014-5.4-03"])
    address = browser.current_url
    assert address.endswith("#?verdict=fail&q=stranger_is_refused+401")

    browser.get("about:blank")
    browser.get(address)
    assert shown(browser) == ["ETSI-014-5.4-02", "ETSI-014-5.4-03"]
    browser.find_element(By.CSS_SELECTOR, "[type=reset]").click()
    soon(browser, lambda: browser.find_element(By.ID, "shown").text == "all 102")


def test_level_and_clause_filter_too(browser, pages):
    browser.get(pages["failing"] + "#?level=may&clause=etsi-014/clause-5.4")
    assert shown(browser) == ["ETSI-014-5.4-08"]
    browser.get(pages["failing"] + "#?q=zebra")
    soon(browser, browser.find_element(By.ID, "nothing").is_displayed)


def test_a_failing_row_opens_and_closes(browser, pages):
    browser.get(pages["failing"])
    failed = row(browser)
    exchange = failed.find_element(By.CSS_SELECTOR, ".steps")
    assert not exchange.is_displayed()
    failed.find_element(By.TAG_NAME, "summary").click()
    assert exchange.is_displayed()
    failed.find_element(By.TAG_NAME, "summary").click()
    assert not exchange.is_displayed()


def test_a_permanent_anchor_opens_its_row_even_when_filtered_out(browser, pages):
    browser.get(pages["failing"] + "#?verdict=pass")
    assert "ETSI-014-5.4-02" not in shown(browser)
    browser.execute_script("location.hash = arguments[0]", FAILED)
    soon(browser, lambda: row(browser).get_attribute("open"))
    assert row(browser).find_element(By.CSS_SELECTOR, ".steps").is_displayed()


def test_commands_can_be_copied(browser, pages):
    browser.get(pages["failing"] + "#" + FAILED)
    command = row(browser).find_element(By.CSS_SELECTOR, ".command")
    button = command.find_element(By.TAG_NAME, "button")
    button.click()
    soon(browser, lambda: button.text in {"copied", "selected"})


def test_it_reads_without_scripts(browser, pages):
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    browser.get(pages["failing"] + "#" + FAILED)
    document = browser.execute_cdp_cmd("Page.captureSnapshot", {})["data"]
    assert "filters" in document
    tree = browser.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    names = {
        (node.get("role", {}).get("value"), node.get("name", {}).get("value")) for node in tree
    }
    words = " ".join(str(name) for _, name in names)
    assert ("heading", "Acme KME 2.1") in names
    assert "200 OK with the key that sae-1 had drawn for sae-2" in words  # opened by its anchor
    assert not [name for role, name in names if role in {"searchbox", "button"}]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_follows_the_theme_of_the_system_until_told_otherwise(browser, pages, scheme):
    def ground():
        return browser.execute_script("return getComputedStyle(document.body).backgroundColor")

    grounds = {"light": "rgb(250, 249, 246)", "dark": "rgb(20, 23, 26)"}
    emulate(browser, scheme=scheme)
    browser.get(pages["failing"])
    assert ground() == grounds[scheme]
    button = browser.find_element(By.ID, "theme")
    for theme in ("light", "dark"):
        button.click()
        assert button.text == f"theme: {theme}"
        assert ground() == grounds[theme]
    button.click()
    assert ground() == grounds[scheme]


@pytest.mark.parametrize("name", ["failing", "cut_short", "measured"])
@pytest.mark.parametrize("width", [360, 768, 1280])
def test_nothing_sticks_out_at_the_side(browser, pages, name, width):
    size(browser, width, 900)
    browser.get(f"{pages[name]}#{FAILED}")
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width


def test_on_paper_what_failed_lies_open_and_the_rest_does_not(browser, pages):
    browser.get(pages["failing"])
    emulate(browser, media="print")

    def visible(anchor):
        return browser.execute_script(
            "return document.getElementById(arguments[0]).checkVisibility({contentVisibilityAuto:"
            " true})",
            anchor,
        )

    soon(browser, lambda: visible(FAILED))
    assert not visible("etsi-014/ETSI-014-4-02")
    assert not browser.find_element(By.ID, "filters").is_displayed()


def test_drawings_have_names_and_descriptions_for_who_cannot_see_them(browser, pages):
    browser.get(pages["measured"])
    tree = browser.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    drawn = {
        node["name"]["value"]
        for node in tree
        if node.get("role", {}).get("value") in {"image", "img"} and not node["ignored"]
    }
    for title in ("Fidelity over pairs spent", "Evidence over pairs spent", "How long pairs took"):
        assert any(name.startswith(title) and len(name) > len(title) for name in drawn), drawn


CONTRAST = """
const parse = (c) => {
  const k = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  k.fillStyle = c; k.fillRect(0, 0, 1, 1);
  return [...k.getImageData(0, 0, 1, 1).data];
};
const light = (rgb) => rgb.slice(0, 3).map((v) => v / 255)
  .map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
  .reduce((sum, v, n) => sum + v * [0.2126, 0.7152, 0.0722][n], 0);
const ground = (e) => {
  for (; e; e = e.parentElement) {
    const c = parse(getComputedStyle(e).backgroundColor);
    if (c[3] === 255) return c;
  }
  return [255, 255, 255, 255];
};
return [...document.querySelectorAll(arguments[0])].map((e) => {
  const style = getComputedStyle(e);
  const ink = parse(e instanceof SVGElement ? style.fill : style.color);
  const [a, b] = [light(ink), light(ground(e))].sort((x, y) => y - x);
  return [(a + 0.05) / (b + 0.05), e.textContent];
});
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_measured_can_be_read_on_its_ground(browser, pages, scheme):
    emulate(browser, scheme=scheme)
    browser.get(pages["measured"])
    parts = ".chart text, .sequence text, .correlations td b, .correlations td span, .legend li"
    found = browser.execute_script(CONTRAST, parts)
    assert len(found) > 50
    assert [each for each in found if each[0] < 4.5] == []


def test_what_is_measured_is_on_paper_too(browser, pages):
    size(browser, 680, 1000)
    browser.get(pages["measured"])
    emulate(browser, media="print")
    wide = browser.execute_script(
        "return [...document.querySelectorAll('.chart, .sequence, .plain, .correlations')]"
        ".filter((e) => e.getBoundingClientRect().right > innerWidth)"
        ".map((e) => e.className.baseVal ?? e.className)"
    )
    assert wide == []
    assert browser.find_element(By.CSS_SELECTOR, "[aria-labelledby=links]").is_displayed()


def test_the_keyboard_is_enough(browser, pages):
    browser.get(pages["failing"])
    active = browser.switch_to.active_element
    active.send_keys("\ue004")
    assert browser.switch_to.active_element.text == "Skip to the requirements"
    summary = row(browser).find_element(By.TAG_NAME, "summary")
    browser.execute_script("arguments[0].focus()", summary)
    summary.send_keys("\ue007")
    assert row(browser).get_attribute("open")


@pytest.fixture(scope="module")
def selftests(tmp_path_factory):
    """Addresses of pages of self-tests, by the sample's name."""
    folder = tmp_path_factory.mktemp("selftests")
    return {
        name: write_selftest(build(), folder / name).as_uri() for name, build in SELFTESTS.items()
    }


@pytest.mark.parametrize("name", SELFTESTS)
def test_a_selftest_opens_without_complaint_and_asks_nobody_for_anything(browser, selftests, name):
    browser.get(selftests[name])
    assert browser.find_element(By.CSS_SELECTOR, ".sentence").is_displayed()
    assert browser.get_log("browser") == []
    assert {url for url in requests(browser) if not url.startswith("data:")} == {selftests[name]}


def test_faults_of_a_selftest_can_be_filtered_and_opened_from_the_matrix(browser, selftests):
    browser.get(selftests["leaking"] + "#?verdict=fail,warning")
    assert shown(browser) == ["raced-key-twice", "number-ignored"]
    browser.find_element(By.CSS_SELECTOR, ".matrix [href='#fault/slave-bit-differs']").click()
    opened = "fault/slave-bit-differs"
    soon(browser, lambda: row(browser, opened).get_attribute("open") is not None)


@pytest.mark.parametrize("width", [320, 390, 1280])
@pytest.mark.parametrize("name", ["leaking", "wide"])
def test_a_selftest_fits_its_window(browser, selftests, name, width):
    size(browser, width, 900)
    browser.get(selftests[name])
    wide = browser.execute_script("return document.documentElement.scrollWidth")
    assert wide <= width
