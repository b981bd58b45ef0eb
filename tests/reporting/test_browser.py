"""The page in a browser: by keyboard, on a phone, in the dark, on paper, and without a network. Skipped where no browser is."""

from __future__ import annotations

import base64
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.reporting.conftest import Page

webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed: the page was not driven in a browser")

BROWSER = next((path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None)
DRIVER = shutil.which("chromedriver")

pytestmark = pytest.mark.skipif(
    not (BROWSER and DRIVER),
    reason="no Chromium with chromedriver on PATH: the page was not driven in a browser (Debian: chromium, chromium-driver)",
)

QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
)  # fmt: skip


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    options = webdriver.ChromeOptions()
    options.binary_location = str(BROWSER)
    for argument in (*QUIET, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(str(DRIVER)))
    try:
        yield driver
    finally:
        driver.quit()


def opened(browser: Any, path: Path, width: int, dark: bool = False) -> None:
    """Show the page to a reader with a screen so wide, who prefers dark or light and no movement."""
    screen = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
    wishes = {"prefers-color-scheme": "dark" if dark else "light", "prefers-reduced-motion": "reduce"}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
    features = [{"name": name, "value": value} for name, value in wishes.items()]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    browser.get(path.as_uri())


def tab(browser: Any, times: int = 1) -> Any:
    """Press the tabulator, and say what has the focus then."""
    for _ in range(times):
        browser.switch_to.active_element.send_keys(webdriver.Keys.TAB)
    return browser.switch_to.active_element


@pytest.mark.parametrize("which", ["toy_page", "hostile_page"])
def test_nothing_is_asked_of_a_network_and_nothing_goes_wrong(browser: Any, which: str, request: pytest.FixtureRequest) -> None:
    for kind in ("browser", "performance"):
        browser.get_log(kind)
    opened(browser, request.getfixturevalue(which).path, 1280)
    browser.execute_script("document.getElementById('open-all').click()")
    requests = [entry["message"] for entry in browser.get_log("performance") if "Network.requestWillBeSent" in entry["message"]]
    assert requests and not [message for message in requests if '"url":"http' in message or '"url":"ws' in message]
    assert browser.get_log("browser") == []
    assert browser.execute_script("return [...document.images].every(one => one.complete)")


@pytest.mark.parametrize("which", ["toy_page", "hostile_page"])
@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_no_screen_is_too_narrow(browser: Any, which: str, width: int, request: pytest.FixtureRequest) -> None:
    opened(browser, request.getfixturevalue(which).path, width)
    browser.execute_script("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    across, screen = browser.execute_script("return [document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert across <= screen
    outside = (
        "return [...document.querySelectorAll(arguments[0])].filter(one => one.checkVisibility() && "
        "one.getBoundingClientRect().right > document.documentElement.clientWidth + 1).map(one => one.outerHTML.slice(0, 80))"
    )
    assert browser.execute_script(outside, "img, p, li, h1, h2, h3, h4, figcaption, summary, .scroll, dl, nav, input") == []


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize(("width", "kind"), [(390, "narrow"), (1280, "wide")])
def test_every_chart_is_drawn_once_for_its_reader(browser: Any, toy_page: Page, width: int, kind: str, dark: bool) -> None:
    opened(browser, toy_page.path, width, dark)
    seen = browser.execute_script(
        "return [...document.querySelectorAll('figure')].map(one => [...one.querySelectorAll('img')]"
        ".filter(own => own.checkVisibility()).map(own => [own.className, own.clientWidth / own.naturalWidth]))"
    )
    assert len(seen) > 10
    for (drawing, scale), *others in seen:
        assert drawing == f"{kind} {'dark' if dark else 'light'}" and others == []
        assert 0.9 <= scale <= 1.01  # as it was drawn, and not too small to read
    paper = browser.execute_script("return getComputedStyle(document.body).backgroundColor")
    assert paper == ("rgb(22, 24, 28)" if dark else "rgb(255, 255, 255)")


@pytest.mark.parametrize("dark", [False, True])
def test_text_stands_out_from_its_ground(browser: Any, toy_page: Page, dark: bool) -> None:
    from planner.charts.colours import contrast

    opened(browser, toy_page.path, 1280, dark)
    colours = browser.execute_script(
        "return ['body', '.small', 'a', 'summary', 'figcaption', 'dt', 'nav a'].map(one => "
        "getComputedStyle(document.querySelector(one)).color)"
    )
    for colour in colours:
        parts = [int(part) for part in colour.removeprefix("rgb(").removesuffix(")").split(",")]
        ground = 0.0167 if dark else 0.922  # the luminance of the darker (or lighter) of paper and band, the nearer to the text
        assert contrast("#" + "".join(f"{part:02x}" for part in parts), ground) >= 4.5, colour


def test_a_keyboard_reaches_everything_in_order_and_shows_where_it_is(browser: Any, toy_page: Page) -> None:
    opened(browser, toy_page.path, 1280)
    skip = tab(browser)
    assert skip.text == "Skip to the answer" and skip.rect["y"] >= 0
    skip.send_keys(webdriver.Keys.ENTER)
    assert browser.switch_to.active_element.get_attribute("id") == "main"
    assert tab(browser).get_attribute("aria-label").startswith("The plan by year")
    opened(browser, toy_page.path, 1280)
    reached = []
    for _ in range(40):
        focused = tab(browser)
        reached.append(focused.rect["y"] if focused.tag_name == "summary" else 0)
        style = browser.execute_script(
            "const s = getComputedStyle(arguments[0]); return [s.outlineStyle, s.outlineWidth]", focused
        )
        assert style == ["solid", "3px"], focused.get_attribute("outerHTML")[:80]
    summaries = [y for y in reached if y]
    assert summaries == sorted(summaries) and len(summaries) > 10


def test_tables_open_by_keyboard_and_all_at_once(browser: Any, toy_page: Page) -> None:
    opened(browser, toy_page.path, 1280)
    how_many = "return document.querySelectorAll('details[open]').length"
    first = browser.find_element("css selector", "figure summary")
    first.send_keys(webdriver.Keys.ENTER)
    assert browser.execute_script(how_many) == 1
    scroll = tab(browser)
    assert scroll.get_attribute("role") == "region" and "Compute in service, GW" in scroll.text
    browser.find_element("id", "open-all").send_keys(webdriver.Keys.ENTER)
    assert browser.execute_script(how_many) == len(browser.find_elements("css selector", "details"))
    browser.find_element("id", "close-all").send_keys(webdriver.Keys.SPACE)
    assert browser.execute_script(how_many) == 0


def test_rows_are_found_by_what_they_say(browser: Any, toy_page: Page) -> None:
    opened(browser, toy_page.path, 390)
    field = browser.find_element("css selector", ".filter input")
    field.send_keys("rocket")
    shown = (
        "return [...document.querySelectorAll('.rows tbody tr')].filter(one => one.checkVisibility()).map(one => one.textContent)"
    )
    rows = browser.execute_script(shown)
    assert 0 < len(rows) < 60 and all("rocket" in row.lower() for row in rows)
    assert browser.find_element("css selector", ".filter [role=status]").text == f"{len(rows)} rows"
    field.send_keys(webdriver.Keys.BACKSPACE * 6)
    assert browser.execute_script(shown) == []


def test_a_screen_reader_is_told_what_there_is(browser: Any, toy_page: Page) -> None:
    opened(browser, toy_page.path, 1280)
    browser.execute_script("document.getElementById('open-all').click()")
    nodes = browser.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    told = [(node["role"]["value"], node.get("name", {}).get("value", "")) for node in nodes if not node["ignored"]]
    roles = [role for role, _ in told]
    assert {"banner", "navigation", "main", "contentinfo"} <= set(roles)
    assert len([name for role, name in told if role == "image" and name.startswith("Chart: ")]) == len(
        browser.find_elements("css selector", "figure")
    )
    assert all(name for role, name in told if role in ("image", "region", "table", "link", "button", "searchbox", "navigation"))
    assert "columnheader" in roles and "rowheader" in roles


def test_on_paper_tables_are_open_and_light(browser: Any, toy_page: Page) -> None:
    opened(browser, toy_page.path, 1280, dark=True)
    printed = base64.b64decode(browser.execute_cdp_cmd("Page.printToPDF", {"printBackground": True})["data"])
    assert printed.startswith(b"%PDF") and 5 < printed.count(b"/Type /Page\n") < 60
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    seen = browser.execute_script(
        "return [...document.querySelectorAll('.picture img')].filter(one => one.checkVisibility()).map(one => one.className)"
    )
    assert set(seen) == {"wide light"} and not browser.find_element("css selector", "nav").is_displayed()
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
