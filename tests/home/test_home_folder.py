"""Making and opening a home, its lock, its names and its settings."""

import os
import tomllib
import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from foundling.home import Home, check_name, hold, name_key, write_folder
from foundling.home.home import TREE
from foundling.home.toml import to_toml
from foundling.records import parse_scene
from foundling.records.errors import BadInput

QUICK = settings(max_examples=300, deadline=None, database=None, derandomize=True,
                 suppress_health_check=[HealthCheck.function_scoped_fixture])
VALUES = st.recursive(
    st.booleans() | st.integers(-2**63, 2**63 - 1) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3), max_leaves=8)


def test_made_and_opened_again(home):
    again = Home.open(home.path)
    assert again == home and again.name == "Wren"
    given_ = {"size": "tiny", "lines": [1, 2]}
    assert again.being == {"format": 1, "name": "Wren", "born": "2026-01-01", "settings": given_}
    assert all((home.path / part).is_dir() for part in TREE) and (home.path / "life.db").is_file()
    assert {home.corpus, home.tokens, home.programs, home.judge, home.reports} <= set(home.path.iterdir())
    assert home.generations() == [] and home.newest() is None
    assert home.verify() == {"folders": 0, "programs": 0, "generations": 0, "unrecorded_generations": 0, "events": 0}


def test_generations_are_numbers_in_order(home):
    for number in (10, 9, 0):
        write_folder(home.generation(number), {"weights.bin": b"w"})
    for stranger in ("007", "draft", ".tmp-1-11", "-1"):
        (home.path / "generations" / stranger).mkdir()
    (home.path / "generations" / "12").write_bytes(b"a file")
    assert home.generations() == [0, 9, 10] and home.newest() == 10
    with pytest.raises(ValueError, match="no number"):
        home.commit_generation(-1, home.path)


def test_path_with_spaces_and_unicode(tmp_path):
    home = Home.create(tmp_path / "a b" / "Zoë's höme #1?%", "Zoë", "2026", {})
    with home.locked(), home.ledger() as ledger:
        ledger.append("birth")
    assert Home.open(home.path).verify()["events"] == 1


def test_a_folder_with_other_files_is_left_alone(tmp_path, home):
    def refused(path, match):
        before = sorted(map(str, path.parent.rglob("*")))
        with pytest.raises(BadInput, match=match):
            Home.create(path, "Wren", "2026", {})
        assert sorted(map(str, path.parent.rglob("*"))) == before

    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").write_text("years")
    refused(tmp_path / "full", r"has other files in it \(thesis.txt\); give a new folder")
    (tmp_path / "likely" / "reports").mkdir(parents=True)
    (tmp_path / "likely" / "reports" / "taxes.pdf").write_text("mine")
    refused(tmp_path / "likely", r"has other files in it \(reports\)")
    (tmp_path / "flat").mkdir()
    (tmp_path / "flat" / "tokens").write_text("a file of this name")
    refused(tmp_path / "flat", r"has other files in it \(tokens\)")
    refused(tmp_path / "full" / "thesis.txt", "is a file")
    refused(home.path, "is a being's home already")
    with home.ledger() as ledger:
        ledger.append("birth")
    (home.path / "being.toml").unlink()
    with pytest.raises(BadInput, match="ledger of another being"):
        Home.create(home.path, "Eve", "2026", {})


def test_a_bad_name_or_setting_changes_nothing(tmp_path):
    cases = [("", {}, BadInput), ("Wren", {"path": "\udcff"}, BadInput), ("Wren", {"x": None}, TypeError)]
    for name, given_, error in cases:
        with pytest.raises(error):
            Home.create(tmp_path / "wren", name, "2026", given_)
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_home(tmp_path):
    for path in (tmp_path / "nowhere", tmp_path):
        with pytest.raises(BadInput, match="foundling raise"):
            Home.open(path)


def test_second_writer_is_refused_with_the_pid_and_a_killed_one_holds_nothing(home, start):
    first = start("hold", home.path)
    pid = int(first.stdout.readline())
    sentence = f"is being written by process {pid}; wait until it ends or stop it"
    with pytest.raises(BadInput, match=sentence), home.locked():
        pass
    assert Home.open(home.path).newest() is None  # reading needs no lock
    first.kill()
    first.communicate()
    with home.locked(), pytest.raises(BadInput, match=f"process {os.getpid()};"), hold(home.path):
        pass
    with home.locked():
        pass


def test_lock_is_free_after_an_error(home):
    with pytest.raises(RuntimeError), home.locked():
        raise RuntimeError
    with home.locked() as notes:
        assert notes == []


GOOD = ["Wren", "Zoë", "Jean-Luc", "O'Brien", "D’Arcy", "Dr. No", "R2 D2", "李小龍", "レオナルド・ダ・ヴィンチ", "محمد",
        "علی\u200cرضا", "अमृता", "Νίκος", "Gal·la", "x" * 40]
BAD = ["", "  ", "x" * 41, "a\nb", "a\tb", "a\0b", "<b>", "a|b", "Ada:", "12", "3 4", "*Ada*", "[Ada]", "`Ada`", "Ada_",
       "@ada", "#1", "\u202eadA", "Ada\u200b", "😀", "...", "-", "'", "\u0301a", "a\u2028b", "\ud800",
       "\ue000", "2B", "<|turn|>"]


@pytest.mark.parametrize("name", GOOD)
def test_good_names(name):
    assert check_name(f" {name} \n") == unicodedata.normalize("NFC", name)


@pytest.mark.parametrize("name", BAD)
def test_bad_names(name):
    with pytest.raises(BadInput) as caught:
        check_name(name)
    assert "\n" not in str(caught.value) and str(caught.value).isprintable()


@QUICK
@given(name=st.text(max_size=50) | st.text(alphabet="Aa é'-.\u0301\u00a02:|<\n\u200c", max_size=45))
def test_any_name_is_refused_or_stands_in_a_scene(name):
    try:
        clean = check_name(name)
    except BadInput:
        return
    assert check_name(clean) == clean == unicodedata.normalize("NFC", clean) and 1 <= len(clean) <= 40
    assert not set(clean) & set("<>|:\n\r\t") and any(char.isalpha() for char in clean)
    assert [turn.name for turn in parse_scene(f"{clean}: hello")] == [clean]
    assert name_key(clean) == name_key(clean.upper().lower()) or not clean.isascii()


def test_names_that_look_alike_have_one_key():
    alike = [("Ada", "ADA"), ("Zoe\u0308", "ZOË"), ("Ａda", "Ada"), ("A\u200cda", "Ada"), ("Straße", "STRASSE")]
    for one, other in alike:
        assert name_key(one) == name_key(other)
    assert name_key("Ada") != name_key("Eda")


@QUICK
@given(table=st.dictionaries(st.text(), VALUES, max_size=4))
def test_settings_come_back_as_they_went_in(table):
    assert tomllib.loads(to_toml({"format": 1, "settings": table, "last": [table]})) == {
        "format": 1, "settings": table, "last": [table]}
