"""Characters and a being come into a village: whose places they take, whose voices speak, and what is refused."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from foundling.life import casting
from foundling.life.casting import make_company
from foundling.records import BadInput, Turn
from foundling.world.characters import Character, prime, write_character
from foundling.world.village import Village
from foundling.world.voices import CastSpeaker, Reciter

MIRA = Character(
    name="Mira Bell", bio="She is a smith.", style=("Mind the sparks.",), public=("The fair is in autumn.",)
)
BEN = Character(name="Ben", bio="He is late.", conversation=(Turn(name="Mira Bell", text="You are late."),))


class Being:
    """A being without a model."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.heard: list[Turn] = []

    def hear(self, turn: Turn) -> None:
        self.heard.append(turn)

    def speak(self, present: Sequence[str]) -> Turn | None:
        return None


@pytest.fixture
def cast_folder(tmp_path: Path) -> Path:
    for character in (MIRA, BEN):
        write_character(tmp_path / "cast", character)
    return tmp_path / "cast"


@pytest.fixture
def wren(monkeypatch: pytest.MonkeyPatch) -> Being:
    being = Being("Wren")
    monkeypatch.setattr(casting, "_wake", lambda path: being)
    return being


def test_characters_take_the_places_of_people_like_them(cast_folder: Path) -> None:
    company = make_company(seed=4, people=12, characters=cast_folder)
    assert [c.name for c in company.characters] == ["Ben", "Mira Bell"]
    mira, ben = (company.village.setting.person(name) for name in ("Mira Bell", "Ben"))
    assert (mira.they, ben.they) == ("she", "he") and min(mira.age, ben.age) >= 18
    assert all(isinstance(voice, Reciter) for voice in company.speakers.values()) and len(company.speakers) == 2
    plain = Village(4, people=12).setting
    assert [p.home for p in plain.people] == [p.home for p in company.village.setting.people]
    assert len({p.name for p in plain.people} - {p.name for p in company.village.setting.people}) == 2


def test_without_anybody_it_is_the_village_of_the_seed() -> None:
    company = make_company(seed=4, people=12)
    assert company.village.setting == Village(4, people=12).setting and not company.speakers


def test_a_being_lives_there_under_its_own_name(wren: Being) -> None:
    company = make_company(seed=4, people=12, home=Path("wren"))
    assert company.village.setting.person("Wren").age >= 18 and company.speakers == {"Wren": wren}
    assert wren.heard == []


def test_a_being_plays_a_character_and_has_heard_what_was_said(wren: Being, cast_folder: Path) -> None:
    company = make_company(seed=4, people=12, characters=cast_folder, home=Path("wren"), cast="mira bell")
    role = company.speakers["Mira Bell"]
    assert isinstance(role, CastSpeaker) and role.speaker is wren and isinstance(company.speakers["Ben"], Reciter)
    assert wren.heard == [Turn(name="Wren", text=turn.text) for turn in prime(MIRA)]
    assert "Wren" not in {p.name for p in company.village.setting.people}


def test_a_being_plays_a_villager(wren: Being) -> None:
    name = Village(4, people=12).setting.people[0].name
    company = make_company(seed=4, people=12, home=Path("wren"), cast=name)
    assert set(company.speakers) == {name} and company.village.setting == Village(4, people=12).setting


def test_a_being_with_a_characters_name_is_that_character(wren: Being, tmp_path: Path) -> None:
    write_character(tmp_path, Character(name="Wren", style=("Hm.",)))
    company = make_company(seed=4, people=12, characters=tmp_path, home=Path("wren"))
    assert company.speakers == {"Wren": wren} and wren.heard == [Turn(name="Wren", text="Hm.")]


def test_news_from_outside_comes_along(tmp_path: Path) -> None:
    (tmp_path / "news.txt").write_text("A whale was seen.\nA bridge was opened.\n")
    company = make_company(seed=4, people=12, threads=tmp_path / "news.txt")
    assert [thread.topic for thread in company.village.threads] == ["A whale was seen.", "A bridge was opened."]
    company.enter("Mira")
    assert len(company.village.threads) == 2  # a newcomer does not end them


@pytest.mark.usefixtures("wren")
def test_what_cannot_be_is_a_sentence(cast_folder: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="Nobody is there to play 'Ada'"):
        make_company(seed=4, people=12, cast="Ada")
    with pytest.raises(BadInput, match=r"Nobody in .* is called 'Zebedee'"):
        make_company(seed=4, people=12, home=Path("wren"), cast="Zebedee")
    with pytest.raises(BadInput, match="name"):
        make_company(seed=4, people=12, home=Path("wren"), cast="<b>")
    with pytest.raises(BadInput, match="12 to 60"):
        make_company(seed=4, people=3, characters=cast_folder)
    for number in range(14):
        write_character(tmp_path / "crowd", Character(name=f"Extra {'abcdefghijklmn'[number]}"))
    with pytest.raises(BadInput, match="is taken"):
        make_company(seed=4, people=12, characters=tmp_path / "crowd")


def test_no_home_is_a_sentence_too(tmp_path: Path) -> None:
    with pytest.raises(BadInput):
        make_company(seed=4, people=12, home=tmp_path / "nowhere")
