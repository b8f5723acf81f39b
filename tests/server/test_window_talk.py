"""The window over HTTP and WebSocket: its guard, its snapshot, its orders, and a village that is slow or faulty."""

import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from hamlet import Company, script
from starlette.testclient import TestClient, WebSocketDenialResponse
from starlette.websockets import WebSocketDisconnect

from foundling.records import BadInput
from foundling.server.guard import HEADERS
from foundling.server.limits import PER_ADDRESS
from foundling.server.watch import watch
from foundling.server.window import make_window
from foundling.world.physics.scene import KIND_NAMES

HOME = "http://127.0.0.1:8421"
WIRE = "ws://127.0.0.1:8421/ws"
FORBIDDEN = ("http:", "https:", "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "@import")


def look(company: Company) -> TestClient:
    return TestClient(make_window(company), base_url=HOME, headers={"Origin": HOME}, raise_server_exceptions=False)


@pytest.fixture
def window() -> Iterator[TestClient]:
    with look(Company(script())) as client:
        yield client


def wait(wire: Any, kind: str) -> dict[str, Any]:
    """The next message of that type."""
    while True:
        message: dict[str, Any] = json.loads(wire.receive_text())
        if message["type"] == kind:
            return message


def still(wire: Any) -> dict[str, Any]:
    """The snapshot, with the clock stopped."""
    snapshot = wait(wire, "snapshot")
    wire.send_json({"do": "pause"})
    while wait(wire, "status")["running"]:
        pass
    return snapshot


def test_the_page_and_its_files_come_with_the_guards_headers(window: TestClient) -> None:
    page = window.get("/")
    assert page.status_code == 200 and "<canvas" in page.text and "http:" not in page.text.replace(HOME, "")
    assert {name: page.headers[name] for name in HEADERS} == HEADERS
    for name in ("window.css", "window.js", "window-map.js", "window-land.js", "window-stage.js", "mark.svg"):
        assert window.get(f"/static/{name}").status_code == 200
    for name in ("room.html", "..%2Fwatch.py", "nothing"):
        assert window.get(f"/static/{name}").status_code == 404


def test_no_file_of_the_page_asks_the_network_or_makes_markup_of_text() -> None:
    with look(Company()) as client:
        for name in ("window.js", "window-map.js", "window-land.js", "window-stage.js", "window.css"):
            text = client.get(f"/static/{name}").text.replace("http://www.w3.org/2000/svg", "")
            for word in FORBIDDEN:
                assert word not in text.replace('"https:" ? "wss"', ""), f"{name} has {word}"
            assert len(text.splitlines()) < 600


def test_health_and_state_are_json(window: TestClient) -> None:
    assert window.get("/healthz").json() == {"status": "ok", "village": "Threefold"}
    state = window.get("/api/state").json()
    assert [person["name"] for person in state["people"]] == ["Ada", "Ben", "Cyd"]
    assert state["minute"] == 480 and state["season"] == "summer" and "scenes" in state


def test_foreign_pages_and_hosts_are_refused(window: TestClient) -> None:
    assert window.get("/", headers={"Host": "evil.example"}).status_code == 403
    for address, origin in ((WIRE, "http://evil.example"), ("ws://evil.example/ws", HOME)):
        with pytest.raises(WebSocketDenialResponse) as end:
            window.websocket_connect(address, headers={"Origin": origin}).__enter__()
        assert end.value.status_code == 403


def test_a_step_is_told_to_all_tabs(window: TestClient) -> None:
    with window.websocket_connect(WIRE) as one, window.websocket_connect(WIRE) as two:
        before = still(one)
        two.send_json({"do": "step"})
        for wire in (one, two):
            tick = wait(wire, "tick")
            if not tick["events"]:  # the clock may have gone before it was stopped
                tick = wait(wire, "tick")
            assert [e["kind"] for e in tick["events"]] in (["take", "go", "hide", "say"], ["break"])
            assert tick["minute"] > before["minute"]


def test_who_moved_and_feels_otherwise_is_told() -> None:
    company = Company(script(), slow=True)
    with look(company) as client, client.websocket_connect(WIRE) as wire:
        wait(wire, "snapshot")
        company.go_on.set()
        tick = wait(wire, "tick")
        assert tick["moved"] == {"Ben": "river"} and tick["moods"] == {"Ada": ["anger", 3]}
        wire.send_json({"do": "step"})
        tick = wait(wire, "tick")
        assert tick["events"][0]["scene"]["kind"] in KIND_NAMES
        assert client.get("/api/state").json()["events"][-1]["kind"] == "break"


def test_a_slow_speaker_holds_up_nobody_else() -> None:
    company = Company(script(), slow=True)
    try:
        with look(company) as client, client.websocket_connect(WIRE) as wire:
            wait(wire, "snapshot")  # the village has begun a tick that does not end
            wire.send_json({"do": "pause"})
            assert wait(wire, "status")["running"] is False
            wire.send_json({"do": "scene", "kind": KIND_NAMES[0], "seed": 1})
            assert wait(wire, "scene")["frames"]
            assert client.get("/healthz").json()["status"] == "ok"
            company.go_on.set()
            assert wait(wire, "tick")["events"]
    finally:
        company.go_on.set()


def test_a_fault_in_the_village_stops_the_clock_and_is_told(caplog: pytest.LogCaptureFixture) -> None:
    with look(Company(faulty=True)) as client, client.websocket_connect(WIRE) as wire:
        assert "stumbled" in wait(wire, "error")["text"]
        wire.send_json({"do": "person", "name": "Ada"})
        assert wait(wire, "person")["name"] == "Ada"
        assert client.get("/api/state").json()["running"] is False
    assert "lost its tongue" in caplog.text


def test_what_is_no_order_is_told_and_the_window_stays_open(window: TestClient) -> None:
    with window.websocket_connect(WIRE) as wire:
        still(wire)
        nobody = '{"do":"person","name":"Nobody"}'
        for frame in ("hello", '{"do":"leap"}', nobody, '{"do":"scene","kind":"x"}', "y" * 2000):
            wire.send_text(frame)
            assert wait(wire, "error")["text"].endswith(".")
        wire.send_bytes(b'{"do":"play"}')
        assert wait(wire, "error")
        wire.send_json({"do": "person", "name": "Ben"})
        assert wait(wire, "person")["work"] == "pupil"


def test_a_flood_ends_the_connection(window: TestClient) -> None:
    with window.websocket_connect(WIRE) as wire:
        still(wire)
        with pytest.raises(WebSocketDisconnect) as end:
            for _ in range(40):
                wire.send_json({"do": "pause"})
            while True:
                wire.receive_text()
        assert end.value.code == 1008


def test_too_many_tabs_are_refused(window: TestClient) -> None:
    with ExitStack() as tabs:
        for _ in range(PER_ADDRESS):
            tabs.enter_context(window.websocket_connect(WIRE))
        with pytest.raises(WebSocketDenialResponse) as end, window.websocket_connect(WIRE):
            pass
        assert end.value.status_code == 429


def test_a_seed_makes_another_village_for_everybody(window: TestClient) -> None:
    with window.websocket_connect(WIRE) as one, window.websocket_connect(WIRE) as two:
        still(one)
        still(two)
        one.send_json({"do": "seed", "seed": 5})
        for wire in (one, two):
            new = wait(wire, "snapshot")
            assert new["seed"] == 5 and len(new["people"]) == 12 and new["village"] != "Threefold"


def test_speed_and_play_are_shared(window: TestClient) -> None:
    with window.websocket_connect(WIRE) as one, window.websocket_connect(WIRE) as two:
        still(one)
        one.send_json({"do": "speed", "speed": 60})
        while wait(two, "status")["speed"] != 60:
            pass
        two.send_json({"do": "play"})
        while not wait(one, "status")["running"]:
            pass
        assert wait(one, "tick")["minute"] > 480


def test_a_taken_port_is_one_sentence() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(BadInput, match="is taken by another program"):
            watch(Company(), port=other.getsockname()[1], open_browser=False, json_output=False)
