"""The window in a real browser: the village is drawn, people walk and speak, hostile words stay words, keys work."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import uvicorn
from chromium import CHROMIUM
from hamlet import HOSTILE, Company, script
from playwright.sync_api import Browser, Page, expect

from foundling.server.run import settings
from foundling.server.window import make_window

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium or google-chrome on this machine")


@contextmanager
def watched(company: Company) -> Iterator[str]:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        server = uvicorn.Server(settings(make_window(company)))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            company.go_on.set()
            server.should_exit = True
            thread.join()


@contextmanager
def page_of(browser: Browser, url: str, width: int = 1280) -> Iterator[Page]:
    """The page, which may complain of nothing: no script error, nothing that the content policy stopped."""
    faults: list[str] = []
    context = browser.new_context(viewport={"width": width, "height": 800}, reduced_motion="reduce")
    page = context.new_page()
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    page.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
    page.goto(url)
    yield page
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    context.close()
    assert faults == []


@pytest.mark.parametrize("width", [1280, 390])
def test_the_village_is_drawn_and_lives(browser: Browser, width: int) -> None:
    company = Company(script(), slow=True)
    with watched(company) as url, page_of(browser, url, width) as page:
        expect(page.locator("#village")).to_have_text("Threefold")
        expect(page.locator("#land .place")).to_have_count(3)
        people = page.locator("#map").get_by_role("button")
        expect(people).to_have_count(3)
        expect(page.get_by_role("button", name="Ben, 12, pupil, calm")).to_be_attached()
        for _ in range(2):  # to sixty minutes a second
            page.keyboard.press("ArrowUp")
        company.go_on.set()
        expect(page.get_by_role("button", name="Ada, 40, baker, angry")).to_be_attached(timeout=15_000)
        words = page.get_by_role("log").get_by_role("listitem").filter(has_text="said")
        expect(words.first).to_contain_text(HOSTILE)
        expect(words.first).to_contain_text("from outside")
        assert page.locator("main img, main script").count() == 0
        expect(page).to_have_title("Threefold · the window")


def test_keys_a_person_and_a_scene(browser: Browser) -> None:
    company = Company(script(), slow=True)
    with watched(company) as url, page_of(browser, url) as page:
        expect(page.locator("#village")).to_have_text("Threefold")
        page.keyboard.press("Space")
        expect(page.get_by_role("button", name="Play")).to_be_visible()
        company.go_on.set()
        expect(page.get_by_role("button", name="Ada, 40, baker, angry")).to_be_attached(timeout=15_000)
        page.get_by_label("Find a person").fill("ad")
        page.keyboard.press("Enter")
        panel = page.get_by_role("region", name="Somebody")
        expect(panel.get_by_role("heading", name="Ada")).to_be_visible()
        expect(panel).to_contain_text("very angry with Ben")
        expect(panel.locator(".wrong")).to_have_text("not so: by the river")
        page.keyboard.press("Escape")
        expect(panel).to_be_hidden()
        page.get_by_label("Kind of scene").select_option(index=0)
        page.get_by_role("button", name="Show", exact=True).click()
        expect(page.locator("#film .loose").first).to_be_attached()
        expect(page.locator("#scene-happened")).not_to_be_empty(timeout=15_000)
        expect(page.locator("#question .right")).to_have_count(1)
        page.evaluate("() => document.activeElement.blur()")
        page.keyboard.press("ArrowRight")
        expect(page.get_by_role("log").get_by_role("listitem").filter(has_text="Cyd")).to_have_count(1, timeout=15_000)
