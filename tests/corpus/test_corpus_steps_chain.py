"""The steps one after the other: no story that a person would tell is dropped or changed; twice is as once."""

import pickle
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from foundling.corpus import BUILTIN, Dropped, clean
from foundling.corpus.steps import Cleaning, fingerprints, identity, steps_for
from foundling.records import BadInput, Origin, Story, read_story
from foundling.world import narrate

DATA = Path(__file__).parents[3] / "shared" / "data" / "stories"
QUICK = settings(max_examples=200, deadline=None, database=None, derandomize=True)
LONG = "Ida carried the blue jug down to the well."
PAGE = "\n".join(["Home", "About", "Shop", "Basket", "Contact", "", *(
    f"In the {n} house lived {who}, and of {who} it is told that {what} every day."
    for n, who, what in (("first", "a tailor", "he sewed coats for the birds of the wood"),
                         ("second", "a widow", "she had nine cats and gave each of them a king's name"),
                         ("third", "nobody", "the clock in it was wound and the lamp was lit"),
                         ("last", "old Birk", "with a lantern and to be sure he counted the stairs")))])


def through(story: Story, wish: Cleaning | None = None) -> Story | Dropped:
    for step in steps_for(wish or Cleaning()):
        result = step(story)
        if isinstance(result, Dropped):
            assert result.step == step.name
            return result
        story = result
    return story


def passes(story: Story) -> None:
    """Through the default chain without a drop, and with no change but that of form."""
    result, formed = through(story), clean(story)
    assert isinstance(result, Story) and isinstance(formed, Story), f"{story.title}: {result}"
    assert result.text == formed.text and result.people == story.people, story.title
    assert result.origin.language == "en"


def test_every_builtin_story_passes_unchanged():
    stories = [read_story(path.read_text(encoding="utf-8"), title=path.stem, source=path.name)
               for path in sorted(BUILTIN.rglob("*.txt"))]
    assert len(stories) > 100
    for story in stories:
        passes(story)


@pytest.mark.parametrize("enough", [60_000, pytest.param(2_000_000, marks=pytest.mark.slow)])
def test_what_is_told_of_the_village_passes_unchanged(enough):
    told = 0
    for story in narrate(3):
        passes(story)
        told += story.bytes
        if told > enough:
            break


@pytest.mark.skipif(not DATA.exists(), reason="the books of shared/data are not on this machine")
@pytest.mark.parametrize("folder", ["train", "heldout", "more"])
def test_every_book_passes_unchanged_and_those_of_train_in_pieces_too(folder):
    for path in sorted((DATA / folder).glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        passes(Story(title=path.stem, text=text, source=path.name, origin=Origin(kind="gutenberg")))
        for at in range(0, len(text) - 2_000, 12_000) if folder == "train" else ():
            passes(Story(title=path.stem, text=text[at:at + 12_000], source=path.name, origin=Origin(kind="text")))


def test_a_page_keeps_its_tale_and_a_page_of_code_goes():
    result = through(Story(title="t", text=PAGE, source="s", origin=Origin(kind="html")))
    assert isinstance(result, Story) and result.text == PAGE.split("\n\n")[1] and result.origin.language == "en"
    left = through(Story(title="t", text=PAGE + "\nfunction f() { return; } is what stands at the end.", source="s",
                         origin=Origin(kind="html")))
    assert isinstance(left, Dropped) and left.step == "quality" and "curly bracket" in left.reason


KINDS = st.sampled_from(["text", "html", "mbox", "pdf", "markdown"])
BITS = st.sampled_from([
    "a", "é", "&amp;", "&", "amp;", "lt;", "\u00ad", "\u200b", "Ã©", "â€™", " ", "\n", "\n\n", "-\n", "Home\n",
    "Read more\n", LONG,
    "ida@example.org", "[mail 2]", "+49 30 123456", "10.1.2.3", "4111 1111 1111 1111", "12 Elm Street", "Ash: ", ".",
    "\u00a0",
    "https://a:b@c.example/", "1" * 9, "|", "·", PAGE])


@QUICK
@given(st.lists(BITS, max_size=30), KINDS, st.booleans())
@example(["&am\u00ad", "p;lt;", "ida [", "at] example.org"], "text", False)
@example(["12 Elm Street, ", "12 Elm Street 0", "30 1234567 +49 30 123456 "], "html", False)
def test_the_chain_twice_is_the_chain_once(bits, kind, scene):
    text = LONG + "".join(bits)
    story = Story(title="t", text=f"Ada: {text}" if scene else text, source="s", form="scene" if scene else "prose",
                  origin=Origin(kind=kind))
    for wish in (Cleaning(), Cleaning(lower=True, plain=True, quality="none")):
        once = through(story, wish)
        if isinstance(once, Story):
            assert through(once, wish) == once
            assert not scene or once.turns


@QUICK
@given(st.text(st.characters(exclude_categories=["Cs"])), KINDS)
def test_any_text_gives_a_story_or_a_reason(text, kind):
    result = through(Story(title="t", text=LONG + text, source="s", origin=Origin(kind=kind)), Cleaning(quality="all"))
    assert isinstance(result, Story) or result.reason


def test_steps_travel_between_processes_and_say_the_same_there():
    wish = Cleaning(languages=("en",), unseen=fingerprints([LONG]), lower=True, plain=True, quality="all")
    story = Story(title="t", text=PAGE + " Write to ida@example.org.", source="s", origin=Origin(kind="html"))
    for step in steps_for(wish):
        assert pickle.loads(pickle.dumps(step)) == step and isinstance(step.name, str)
        assert step(story) == pickle.loads(pickle.dumps(step))(story) == step(story)


def test_settings_choose_the_steps():
    def names(**wish):
        return [step.name for step in steps_for(Cleaning(**wish))]

    assert names() == ["licence", "length", "repair", "form", "boilerplate", "form", "personal", "language",
                       "repetition", "repetition", "quality"]
    assert "quality" not in names(quality="none") and "personal" not in names(personal=False)
    assert names(unseen=b"x" * 16).index("leak") < names(unseen=b"x" * 16).index("personal")
    assert names(lower=True, plain=True)[-4:] == ["plain", "casing", "form", "language"]
    verse = Story(title="t", text="Row, row, row.\n" * 40, source="s", origin=Origin(kind="text"))
    assert isinstance(through(verse), Story) and isinstance(through(verse, Cleaning(quality="all")), Dropped)
    assert isinstance(through(verse, Cleaning(least_words=121)), Dropped)
    assert isinstance(through(verse, Cleaning(most_bytes=100)), Dropped)
    assert isinstance(through(verse, Cleaning(languages=("de",))), Story | Dropped)


@pytest.mark.parametrize("wish", [{"quality": "some"}, {"least_words": -1}, {"most_bytes": -1},
                                  {"languages": ("English",)}])
def test_a_wish_that_cannot_be_is_refused(wish):
    with pytest.raises(BadInput):
        steps_for(Cleaning(**wish))


def test_a_refusal_drops_before_anything_is_looked_at():
    left = through(Story(title="t", text="", source="s", origin=Origin(consent="refused")))
    assert isinstance(left, Dropped) and left.step == "licence"


def test_identity_is_by_content():
    assert identity(Cleaning()) == identity(Cleaning()) and len(identity(Cleaning())) == 64
    wishes = [Cleaning(), Cleaning(lower=True), Cleaning(languages=("de",)), Cleaning(unseen=fingerprints([LONG])),
              Cleaning(unseen=fingerprints([LONG + " So it was."])), Cleaning(quality="all"), Cleaning(personal=False)]
    assert len({identity(wish) for wish in wishes}) == len(wishes)
