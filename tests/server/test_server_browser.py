"""The page in a real browser: two people with the keyboard, the being's words on the page, hostile text as text."""

import threading
from collections.abc import Iterator

import pytest
from chromium import CHROMIUM
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium or google-chrome on this machine")


@pytest.fixture
def faults() -> Iterator[list[str]]:
    """What the pages complained about: script errors, and what the content policy stopped."""
    found: list[str] = []
    yield found
    assert found == []


def come_in(browser: Browser, url: str, name: str, faults: list[str], width: int = 1280) -> Page:
    page = browser.new_context(viewport={"width": width, "height": 800}).new_page()
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    page.on("console", lambda line: faults.append(line.text) if "Content Security Policy" in line.text else None)
    page.goto(url)
    page.keyboard.type(name)  # the name has the focus
    page.keyboard.press("Enter")
    expect(page.locator("#words")).to_be_focused()
    return page


def test_two_people_talk_and_the_being_answers(browser, faults, raised, serve_room) -> None:
    from foundling.inference import Sampling, wake

    with serve_room(wake(raised, how=Sampling(temperature=0, repetition=1.0))) as served:
        ada, bo = come_in(browser, served.url, "Ada", faults), come_in(browser, served.url, "Bo", faults, width=390)
        expect(ada).to_have_title("Wren · the hearth")
        ada.keyboard.type("Good morning, Wren.")
        ada.keyboard.press("Enter")
        for page in (ada, bo):
            turns = page.get_by_role("log").get_by_role("listitem")
            expect(turns).to_have_count(2)
            expect(turns.nth(0)).to_contain_text("Good morning, Wren.")
            expect(turns.nth(1)).to_contain_text("Good morning, Ada.")
            expect(turns.nth(1).locator(".name")).to_have_text("Wren")
            expect(page.locator("#present .name")).to_have_text(["Wren", "Ada", "Bo"])
            assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
        expect(ada.locator("#words")).to_have_value("")
        for page in (ada, bo):
            page.context.close()


def test_words_stream_and_silence_is_explained(browser, faults, serve_room, scripted) -> None:
    go_on = threading.Event()

    class Slow(scripted):
        def say(self) -> Iterator[str]:
            yield "I have only "
            go_on.wait(20)
            yield "begun."

    wren = Slow("Wren")
    with serve_room(wren) as served:
        ada = come_in(browser, served.url, "Ada", faults)
        try:
            ada.keyboard.type("Tell me.")
            ada.keyboard.press("Enter")
            expect(ada.locator("#speaking .text")).to_have_text("I have only ")
            expect(ada.locator("#speaking .caret")).to_be_visible()
            expect(ada.get_by_role("log").get_by_role("listitem")).to_have_count(1)
        finally:
            go_on.set()
        expect(ada.get_by_role("log").get_by_role("listitem")).to_have_count(2)
        expect(ada.locator("#speaking")).to_be_hidden()
        wren.speaks = False
        ada.keyboard.type("And now?")
        ada.keyboard.press("Enter")
        expect(ada.locator("#silence")).to_have_text("Wren stayed silent: the script says soits share 75 %")
        ada.context.close()


def test_hostile_text_stays_text(browser, faults, serve_room, meet, scripted) -> None:
    hostile = '<img src=x onerror="document.title=1"><script>document.title=2</script>'
    with serve_room(scripted("Wren", [[hostile]])) as served:
        ada, bo = come_in(browser, served.url, "Ada", faults), meet(served, "Bo")
        bo.say(hostile)
        turns = ada.get_by_role("log").get_by_role("listitem")
        expect(turns).to_have_count(2)
        for index in (0, 1):
            expect(turns.nth(index).locator(".text")).to_have_text(hostile)
        assert ada.locator(".talk img, .talk script").count() == 0
        expect(ada).to_have_title("Wren · the hearth")
        ada.context.close()


def test_a_taken_name_is_told_and_another_one_tried(browser, faults, serve_room, meet, scripted) -> None:
    with serve_room(scripted("Wren")) as served:
        meet(served, "Ada")
        page = browser.new_context().new_page()
        page.goto(served.url)
        page.get_by_label("What is your name?").fill("ada")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_have_text("Ada is here already; choose another name.")
        expect(page.get_by_label("What is your name?")).to_be_focused()
        page.keyboard.type("Bo")
        page.keyboard.press("Enter")
        expect(page.locator("#present .name")).to_have_text(["Wren", "Ada", "Bo"])
        page.context.close()


def test_a_lost_connection_is_found_again(browser, faults, serve_room, meet, scripted) -> None:
    with serve_room(scripted("Wren", speaks=False)) as served:
        ada, bo = come_in(browser, served.url, "Ada", faults), meet(served, "Bo")
        bo.say("before")
        log = ada.get_by_role("log").get_by_role("listitem")
        expect(log).to_have_count(1)
        ada.evaluate("() => { for (let n = 0; n < 30; n += 1) socket.send('{}'); }")  # a flood: the server closes
        bo.wait("present", names=["Bo", "Wren"])
        expect(ada.get_by_role("button", name="Say")).to_be_disabled()
        expect(ada.get_by_text("You send too fast")).to_be_visible()
        expect(ada.get_by_role("button", name="Say")).to_be_enabled(timeout=20_000)
        bo.wait("present", names=["Bo", "Ada", "Wren"])
        bo.say("after")
        expect(log).to_have_count(2)  # what was there before is not there twice
        assert log.locator(".text").all_text_contents() == ["before", "after"]
        ada.context.close()
