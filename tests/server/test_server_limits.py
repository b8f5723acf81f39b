"""What the room refuses: floods, long messages, taken names, foreign pages, and readers that do not read."""

import http.client
import json
import socket
import time

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from foundling.server.guard import HEADERS
from foundling.server.limits import Addresses, Bucket


def closed_with(person) -> int | None:
    """The close code with which the server ended this connection."""
    with pytest.raises(ConnectionClosed) as end:
        while True:
            person.read()
    return end.value.rcvd.code if end.value.rcvd else None


def ask(served, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    wire = http.client.HTTPConnection("127.0.0.1", served.port, timeout=20)
    wire.request(method, path, headers=headers)
    answer = wire.getresponse()
    body = answer.read()
    wire.close()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, body


@pytest.mark.parametrize("name", ["Ada", "ADA", "ａｄａ"])
def test_a_name_that_is_here_is_not_given_again(serve_room, meet, scripted, name: str) -> None:
    with serve_room(scripted("Wren", speaks=False)) as served:
        ada, second = meet(served, "Ada"), meet(served)
        second.send(type="join", name=name)
        assert second.wait("error")["text"] == "Ada is here already; choose another name."
        second.say("I am Ada")
        assert "choose one first" in second.wait("error")["text"]
        second.send(type="join", name="Wren")
        assert "taken by Wren" in second.wait("error")["text"]
        second.send(type="join", name="Bo")  # the same tab may try again
        assert second.wait("welcome")["you"] == "Bo"
        second.send(type="join", name="Cy")
        assert "You are Bo here" in second.wait("error")["text"]
        ada.close()
        second.wait("present", names=["Bo", "Wren"])
        assert meet(served, name).welcome["you"] == name  # free again, and nobody had spoken under it yet


def test_a_broken_frame_is_told_and_the_talk_goes_on(serve_room, meet, scripted) -> None:
    broken: list[str | bytes] = [
        "", "hello", "[1]", "null", "[" * 60_000, b'{"type": "say", "text": "x"}',
        '{"type": "turn"}', '{"type": ["say"]}', '{"type": "say"}', '{"type": "say", "text": 7}',
        '{"type": "say", "text": "  "}', '{"type": "join", "name": null}',
    ]
    with serve_room(scripted("Wren", speaks=False)) as served:
        ada = meet(served, "Ada")
        for frame in broken:
            ada.wire.send(frame)
            assert ada.read()["type"] == "error"
        ada.say("still here")
        assert ada.read()["text"] == "still here"


def test_a_message_has_at_most_two_thousand_characters(serve_room, meet, scripted) -> None:
    with serve_room(scripted("Wren", speaks=False)) as served:
        ada = meet(served, "Ada")
        ada.say("é" * 2001)
        assert "2,001 characters" in ada.wait("error")["text"]
        ada.say("é" * 2000)
        assert len(ada.wait("turn")["text"]) == 2000


def test_a_frame_over_the_limit_ends_the_connection(serve_room, meet, scripted) -> None:
    with serve_room(scripted("Wren", speaks=False)) as served:
        ada, bo = meet(served, "Ada"), meet(served, "Bo")
        ada.say("x" * 65_536)
        assert closed_with(ada) == 1009
        bo.wait("present", names=["Bo", "Wren"])
        assert served.ledger.events() == []


def test_a_flood_is_closed_and_a_new_connection_gets_no_new_burst(serve_room, meet, scripted) -> None:
    with serve_room(scripted("Wren", speaks=False)) as served:
        bystander = meet(served, "Bo", source_address=("127.0.0.2", 0))
        ada = meet(served, "Ada")
        for number in range(40):
            try:
                ada.say(f"buy {number}")
            except ConnectionClosed:
                break
        assert closed_with(ada) == 1008
        bystander.wait("present", names=["Bo", "Wren"])
        again = meet(served)
        for _ in range(15):  # far below a connection's own burst: its address is what has run dry
            try:
                again.send(type="typing")
            except ConnectionClosed:
                break
        assert closed_with(again) == 1008
        assert len(served.ledger.events("turn")) < 30
        bystander.say("quiet again")
        bystander.wait("turn", name="Bo")


def test_a_bucket_gives_its_burst_and_then_its_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    bucket = Bucket()
    assert [bucket.take() for _ in range(21)] == [True] * 20 + [False]
    clock[0] += 0.5
    assert [bucket.take() for _ in range(3)] == [True, True, False]
    assert not bucket.full
    clock[0] += 60
    assert bucket.full and [bucket.take() for _ in range(21)].count(True) == 20


def test_addresses_are_counted_and_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    addresses = Addresses()
    assert [addresses.enter("a") for _ in range(17)] == [True] * 16 + [False]
    addresses.go("a")
    assert addresses.enter("a")
    assert [addresses.enter(f"b{n}") for n in range(241)].count(True) == 240  # 256 in all
    for n in range(240):
        addresses.go(f"b{n}")
    for n in range(2000):
        assert addresses.enter(f"c{n}")
        addresses.go(f"c{n}")
    assert len(addresses._buckets) <= 1025


def test_an_address_has_sixteen_connections(serve_room, meet, scripted) -> None:
    with serve_room(scripted("Wren")) as served:
        tabs = [meet(served) for _ in range(16)]
        with pytest.raises(InvalidStatus) as refused:
            meet(served)
        assert refused.value.response.status_code == 429
        meet(served, "Bo", source_address=("127.0.0.2", 0))
        tabs[0].close()
        for _ in range(500):
            try:
                meet(served)
                break
            except InvalidStatus:
                time.sleep(0.01)
        else:
            raise AssertionError("the place of a closed tab was not given again")


def test_a_reader_that_does_not_read_is_dropped_and_nobody_waits_for_it(serve_room, meet, scripted) -> None:
    with serve_room(scripted("Wren", speaks=False), send_buffer=4096) as served, socket.socket() as small:
        small.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        small.connect(("127.0.0.1", served.port))
        slow = meet(served, "Slow", sock=small, max_queue=1, close_timeout=1)
        names = ["Ada", "Bo", "Cy", "Dee", "Eve", "Fay"]
        people = [meet(served, name, source_address=(f"127.0.0.{n + 2}", 0)) for n, name in enumerate(names)]
        for person in people:
            for _ in range(18):
                person.say("語" * 2000)
                for other in people:  # all but one read on
                    other.wait("turn", name=person.welcome["you"])
        assert [m["names"] for m in people[0].seen if m["type"] == "present"][-1] == [*names, "Wren"]
        assert len(served.ledger.events("turn")) == 108
        assert closed_with(slow) in (1013, None)  # None: it read too late even for the close frame


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://localhost:1", "https://127.0.0.1", ""])
def test_another_page_cannot_open_a_socket(quiet, meet, origin: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        meet(quiet, additional_headers={"Origin": origin})
    assert refused.value.response.status_code == 403
    assert "Another page" in refused.value.response.body.decode()
    assert refused.value.response.headers["X-Content-Type-Options"] == "nosniff"
    assert ask(quiet, "/api/turns", Origin=origin)[0] == 403
    meet(quiet, origin=quiet.url)


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example:80", "evil@127.0.0.1", "127.0.0.1:x", "", "localhost, evil.com"]
)
def test_another_host_is_not_served(quiet, host: str) -> None:
    status, headers, body = ask(quiet, "/", Host=host)
    assert status == 403 and b"Wren" not in body and "content-security-policy" in headers
    handshake = (f"GET /ws HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                 "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n")
    with socket.create_connection(("127.0.0.1", quiet.port), timeout=20) as wire:
        wire.sendall(handshake.encode())
        assert b" 403 " in wire.recv(4096).split(b"\r\n")[0]


def test_a_configured_origin_and_the_loopback_names_are_served(serve_room, meet, scripted) -> None:
    with serve_room(scripted("Wren"), origins=["https://room.example/", "nonsense"]) as served:
        for host in (f"127.0.0.1:{served.port}", "localhost:9", "[::1]:80", "room.example"):
            assert ask(served, "/healthz", Host=host)[0] == 200
        assert ask(served, "/healthz", Host="evil@127.0.0.1")[0] == 403
        meet(served, "Ada", origin="https://room.example")
        with pytest.raises(InvalidStatus):
            meet(served, origin="http://room.example.evil")


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [("/", "GET", 200), ("/", "HEAD", 200), ("/static/room.js", "GET", 200), ("/static/room.css", "GET", 200),
     ("/static/mark.svg", "GET", 200), ("/healthz", "GET", 200), ("/api/turns", "GET", 200), ("/", "POST", 405),
     ("/nowhere", "GET", 404), ("/static/room.html", "GET", 404), ("/static/..%2fapp.py", "GET", 404),
     ("/static/../app.py", "GET", 404), ("/api/turns?limit=0", "GET", 400), ("/api/turns?limit=201", "GET", 400),
     ("/api/turns?limit=-1", "GET", 400), ("/api/turns?limit=%C2%B2", "GET", 400), ("/ws", "GET", 404)],
)
def test_every_answer_has_the_headers(quiet, path: str, method: str, status: int) -> None:
    got, headers, body = ask(quiet, path, method)
    assert got == status
    assert {name: headers.get(name.lower()) for name in HEADERS} == HEADERS
    assert "server" not in headers
    if status >= 400:
        assert json.loads(body)["error"]


def test_a_fault_of_the_server_is_told_without_its_secrets(serve_room, scripted, caplog) -> None:
    with serve_room(scripted("Wren")) as served:
        served.ledger.close()
        status, headers, body = ask(served, "/api/turns")
    assert status == 500 and json.loads(body) == {"error": "Something broke; the reason stands in the terminal."}
    assert {name: headers.get(name.lower()) for name in HEADERS} == HEADERS
    assert "closed database" in caplog.text


def test_the_page_names_the_being_and_pulls_in_nothing_from_elsewhere(serve_room, scripted) -> None:
    with serve_room(scripted("Wren")) as served:
        _, headers, body = ask(served, "/")
        page = body.decode()
        assert headers["content-type"] == "text/html; charset=utf-8"
        assert "<title>Wren · the hearth</title>" in page and "{{" not in page and "2026-01-01" in page
        assert "http:" not in page and "https:" not in page and "<style" not in page and " style=" not in page
        script, style = ask(served, "/static/room.js")[2].decode(), ask(served, "/static/room.css")[2].decode()
        assert "innerHTML" not in script and "http:" not in style and "https:" not in style and "@import" not in style


def test_markup_arrives_as_text(serve_room, meet, scripted) -> None:
    hostile = '<img src=x onerror="alert(1)"></script><script>alert(2)</script>&amp;<|turn|>'
    with serve_room(scripted("Wren", speaks=False)) as served:
        ada, bo = meet(served, "Ada"), meet(served, "Bo")
        ada.say(hostile)
        assert bo.wait("turn")["text"] == hostile
        found = json.loads(ask(served, "/api/turns")[2])
        assert found["turns"][0]["text"] == hostile
