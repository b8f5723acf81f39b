"""The ledger: append-only, idempotent, durable, and every change of the record behind its back is named."""

import random
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from foundling.home import GENESIS, Event, Ledger
from foundling.home import schema as schema_module
from foundling.records.errors import BadInput


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "life.db"


@pytest.fixture
def ledger(path: Path):
    with Ledger.open(path) as opened:
        yield opened


def filled(ledger: Ledger) -> list[Event]:
    return [
        ledger.append("birth", data={"name": "Wren", "size": 3}),
        ledger.append("turn", key="irc:1", speaker="Ada", room="kitchen", text="Good evening, Wren."),
        ledger.append("turn", key="irc:2", speaker="Wren", room="kitchen", text="Yes."),
        ledger.append("turn", speaker="Bo", room="yard", text=""),
        ledger.append("night", data={"verdict": "better", "scores": [1.5, None, True]}),
    ]


def test_append_and_read(ledger):
    events = filled(ledger)
    assert [e.id for e in events] == [1, 2, 3, 4, 5] and events == ledger.events()
    assert events[0].prev_hash == GENESIS and events[1].prev_hash == events[0].hash
    assert ledger.head() == events[-1].hash
    assert ledger.events("turn", room="kitchen", after=2) == [events[2]]
    assert ledger.events("turn", limit=1) == [events[1]] and ledger.events(limit=0) == ledger.events(limit=-3) == []
    assert ledger.events(after=2**80) == []
    assert ledger.last("turn") == events[3] and ledger.last("dream") is None
    assert events[4].data == {"verdict": "better", "scores": [1.5, None, True]}
    assert ledger.verify() == 5
    assert hash(events[1]) and events[1].text_hash.startswith("sha256:")


def test_empty_ledger(ledger):
    assert (ledger.head(), ledger.events(), ledger.verify()) == (GENESIS, [], 0)


def test_a_key_that_is_there_returns_its_event(ledger):
    first = ledger.append("turn", key="irc:1", speaker="Ada", text="once")
    assert ledger.append("turn", key="irc:1", speaker="Bo", text="twice") == first
    assert ledger.verify() == 1 and [s.name for s in ledger.speakers()] == ["Ada"]


def test_speakers(ledger):
    ledger.append("turn", speaker="Zoë", text="hi")
    assert ledger.append("turn", speaker="  ZOË ", text="hi").speaker == "Zoë"
    zoe = ledger.introduce("zoe\u0308", kind="person", consent="learn")
    assert (zoe.name, zoe.kind, zoe.consent) == ("Zoë", "person", "learn") and ledger.speakers() == [zoe]
    assert ledger.introduce("Bo").consent == "none"
    with pytest.raises(BadInput, match="Consent 'yes'"):
        ledger.introduce("Bo", consent="yes")
    with pytest.raises(BadInput, match="letters, digits"):
        ledger.append("turn", speaker="<|silence|>", text="hi")
    assert ledger.verify() == 2


def test_what_cannot_be_recorded_changes_nothing(ledger):
    for given_, error in [
        ({"kind": "turn", "text": "\ud800"}, BadInput), ({"kind": "turn", "room": "\udcff"}, BadInput),
        ({"kind": "turn", "data": {"x": float("nan")}}, ValueError), ({"kind": "turn", "data": {"x": {1}}}, TypeError),
        ({"kind": ""}, ValueError), ({"kind": "redaction"}, ValueError),
        ({"kind": "turn", "key": "redaction:1"}, ValueError), ({"kind": "turn", "speaker": "", "text": "x"}, BadInput),
    ]:
        with pytest.raises(error):
            ledger.append(**given_)
    with pytest.raises(BadInput, match="Unicode"):
        ledger.events(room="\ud800")
    assert ledger.verify() == 0 and ledger.speakers() == []


def test_redaction_keeps_the_chain_and_leaves_no_trace_of_the_text(path):
    with Ledger.open(path) as ledger:
        events = filled(ledger)
        secret = ledger.append("turn", speaker="Ada", text="my number is 5551234 " * 300)
        noted = ledger.redact(secret.id)
        assert ledger.redact(secret.id) == noted and noted.data == {"event": secret.id}
        assert b"5551234" not in path.read_bytes() + path.with_name("life.db-wal").read_bytes()
        blank = ledger.events(after=5, limit=1)[0]
        assert (blank.text, blank.text_hash, blank.hash) == (None, secret.text_hash, secret.hash)
        ledger.redact(events[1].id)
        assert ledger.verify() == 8
        for number in (1, 99, 2**70):
            with pytest.raises(BadInput, match=f"no event {number} with a text"):
                ledger.redact(number)
    assert b"Good evening" not in path.read_bytes()
    with Ledger.open(path, create=False) as ledger:
        assert ledger.verify() == 8


@pytest.mark.parametrize("statement", [
    "DELETE FROM event WHERE id = 5", "UPDATE event SET text = 'No.' WHERE id = 3",
    "UPDATE event SET data = '{}' WHERE id = 1", "UPDATE event SET text = NULL, salt = NULL, ts = 'x' WHERE id = 3",
    "INSERT OR REPLACE INTO event SELECT id, key, ts, kind, speaker, 'attic', text_hash, salt, text, data, prev_hash,"
    " hash FROM event WHERE id = 3",
    "INSERT OR REPLACE INTO event SELECT 6, key, ts, kind, speaker, 'attic', text_hash, salt, text, data, prev_hash,"
    " 'another' FROM event WHERE id = 3",
])
def test_triggers_refuse_changes(path, ledger, statement):
    events = filled(ledger)
    with pytest.raises(sqlite3.IntegrityError, match="event"):
        ledger._db.execute(statement)
    assert ledger.events() == events and ledger.verify() == 5


@pytest.mark.parametrize(("statement", "fault"), [
    ("DELETE FROM event WHERE id = 2", "event 2 is missing"),
    ("DELETE FROM event WHERE id = 1", "event 1 is missing"),
    ("UPDATE event SET text = 'No.' WHERE id = 3", "event 3 has another text than was recorded"),
    ("UPDATE event SET text = 'No.', salt = NULL WHERE id = 3", "event 3 has another text than was recorded"),
    ("UPDATE event SET text = x'ff00' WHERE id = 3", "event 3 has another text than was recorded"),
    ("UPDATE event SET text = cast(x'ff' AS TEXT) WHERE id = 3", "event 3 has another text than was recorded"),
    ("UPDATE event SET text = NULL WHERE id = 3", "event 3 has lost its text without a redaction"),
    ("UPDATE event SET text = 'x' WHERE id = 1", "event 1 had no text and has one now"),
    ("UPDATE event SET text_hash = NULL, text = NULL WHERE id = 3", "event 3 was changed"),
    ("UPDATE event SET speaker = (SELECT speaker FROM event WHERE id = 2) WHERE id = 3", "event 3 was changed"),
    ("UPDATE event SET room = 'attic' WHERE id = 4", "event 4 was changed"),
    ("UPDATE event SET ts = '1999' WHERE id = 4", "event 4 was changed"),
    ("UPDATE event SET kind = 'lie' WHERE id = 4", "event 4 was changed"),
    ("UPDATE event SET key = 'irc:9' WHERE id = 4", "event 4 was changed"),
    ("UPDATE event SET data = '{\"verdict\":\"worse\"}' WHERE id = 5", "event 5 was changed"),
    ("UPDATE event SET data = x'00' WHERE id = 5", "event 5 was changed"),
    ("UPDATE event SET data = '[' WHERE id = 5", "event 5 was changed"),
    ("UPDATE event SET room = cast(x'ff' AS TEXT) WHERE id = 2", "event 2 was changed"),
    ("UPDATE event SET prev_hash = 'sha256:0' WHERE id = 4", "event 4 does not follow"),
    ("UPDATE event SET hash = 'sha256:0' WHERE id = 5", "event 5 was changed"),
    ("UPDATE speaker SET name = 'Eve', key = 'eve' WHERE name = 'Ada'", "speaker 'Eve' had another name"),
    ("DELETE FROM speaker WHERE name = 'Ada'", "event 2 has no speaker"),
])
def test_tampering_is_named(path, statement, fault):
    with Ledger.open(path) as ledger:
        filled(ledger)
    db = sqlite3.connect(path)
    triggers = db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in triggers:
        db.execute(f"DROP TRIGGER {name}")
    db.execute(statement)
    for _, text in triggers:
        db.execute(text)
    db.commit()
    db.close()
    with Ledger.open(path, create=False) as ledger, pytest.raises(BadInput, match=fault):
        ledger.verify()


def test_any_flipped_byte_of_the_file_is_caught_or_harmless(path):
    with Ledger.open(path) as ledger:
        events = filled(ledger)
        speakers = [(s.id, s.name) for s in ledger.speakers()]
    whole, chance, caught = path.read_bytes(), random.Random(3), 0
    used = [place for place, byte in enumerate(whole) if byte]
    for place in chance.sample(used, 300):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ (1 << chance.randrange(8))]) + whole[place + 1:])
        for side in ("life.db-wal", "life.db-shm"):
            path.with_name(side).unlink(missing_ok=True)
        try:
            with Ledger.open(path, create=False) as ledger:
                ledger.verify()
                assert (ledger.events(), [(s.id, s.name) for s in ledger.speakers()]) == (events, speakers)
        except BadInput as exc:
            assert "life.db" in str(exc) and "\n" not in str(exc)
            caught += 1
    assert caught > 150


def test_cut_or_foreign_files_are_refused(path, tmp_path):
    with Ledger.open(path) as ledger:
        filled(ledger)
    whole = path.read_bytes()
    for length in (1, 50, 100, 4096, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:length])
        with pytest.raises(BadInput, match=r"life\.db"), Ledger.open(path, create=False) as ledger:
            ledger.verify()
    path.write_bytes(b"")
    with pytest.raises(BadInput, match="is empty"):
        Ledger.open(path, create=False)
    path.unlink()
    with pytest.raises(BadInput, match="is missing"):
        Ledger.open(path, create=False)
    assert not path.exists()
    other = sqlite3.connect(tmp_path / "bookmarks.db")
    other.execute("CREATE TABLE bookmark (url TEXT)")
    other.close()
    with pytest.raises(BadInput, match="another program"):
        Ledger.open(tmp_path / "bookmarks.db")
    with pytest.raises(BadInput, match="may not be opened"):
        Ledger.open(tmp_path / "no folder" / "life.db")


def test_migrations_run_once_each_and_in_order(path, monkeypatch):
    with Ledger.open(path) as ledger:
        events = filled(ledger)
    later = (("CREATE TABLE mood (x)", "INSERT INTO mood VALUES (1)"), ("CREATE TABLE dream (x)",))
    monkeypatch.setattr(schema_module, "MIGRATIONS", (*schema_module.MIGRATIONS, *later))
    for _ in range(3):
        with Ledger.open(path, create=False) as ledger:
            assert ledger.events() == events and ledger.verify() == 5
            assert [row[0] for row in ledger._db.execute("SELECT number FROM migration")] == [1, 2, 3]
            assert ledger._db.execute("SELECT count(*) FROM mood").fetchone()[0] == 1
    monkeypatch.undo()
    with pytest.raises(BadInput, match=r"newer foundling \(schema 3, this one knows 1\); update foundling"):
        Ledger.open(path)


def test_a_migration_that_fails_leaves_the_schema_before_it(path, monkeypatch):
    Ledger.open(path).close()
    with monkeypatch.context() as patch:
        patch.setattr(schema_module, "MIGRATIONS", (*schema_module.MIGRATIONS, ("CREATE TABLE mood (x)", "NOT SQL")))
        with pytest.raises(BadInput, match="syntax error"):
            Ledger.open(path)
    with Ledger.open(path, create=False) as ledger:
        assert ledger._db.execute("SELECT count(*) FROM sqlite_master WHERE name = 'mood'").fetchone()[0] == 0


def test_many_threads_and_two_processes(start, tmp_path, ledger):
    other = start("append-many", tmp_path, 30)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: ledger.append("turn", key=f"t:{n % 40}", speaker="Bo", text=str(n)), range(60)))
    assert other.communicate() == ("", None) and other.returncode == 0
    assert ledger.verify() == 70


def test_settings_of_the_connection(ledger):
    found = [ledger._db.execute(f"PRAGMA {name}").fetchone()[0]
             for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")]
    assert found == ["wal", 2, 1, 5000]


@settings(max_examples=100, deadline=None, database=None, derandomize=True,
          suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(), room=st.none() | st.text(),
       data=st.dictionaries(st.text(), st.text() | st.integers() | st.none()))
def test_any_text_comes_back_as_it_went_in(ledger, text, room, data):
    event = ledger.append("turn", text=text, room=room, data=data)
    assert (event.text, event.room, event.data) == (text, room, data)
    assert ledger.events(room=room)[-1] == event if room is not None else True
    ledger.verify()
