"""Women and men changing places: by hand, there and back again, and in numbers on the books where present."""

import re
from pathlib import Path

import pytest

from foundling.corpus.audit import representation
from foundling.corpus.audit.counterfactual import augment, counterfactual, counterfactual_story, name_pairs
from foundling.records import Story

DATA = Path(__file__).parents[3] / "shared" / "data"
NAMES = {"Ada": "John", "John": "Ada", "Mary": "Tom", "Tom": "Mary"}
THERE_AND_BACK = {
    "He gave her his book, and the book is hers.": "She gave him her book, and the book is his.",
    "That is his.": "That is hers.",
    "I saw her. She saw me.": "I saw him. He saw me.",
    "The king loved his wife; the queen loved her husband.": "The queen loved her husband; the king loved his wife.",
    "Mr. Brown and Mrs. Green met Lady Ada and Sir John.": "Mrs. Brown and Mr. Green met Lord John and Dame Ada.",
    '"Yes, sir," said Miss Mary.': '"Yes, madam," said Master Tom.',
    "Let her go.": "Let him go.",
    "He brought her back and hurt her back.": "She brought him back and hurt his back.",
    "She's glad he'd come.": "He's glad she'd come.",
    "HER KING": "HIS QUEEN",
    "He lifted her gently to her lovely bed.": "She lifted him gently to his lovely bed.",
    "Take her to his mother, my lord!": "Take him to her father, my lady!",
    "the fishermen's wives": "the fisherwomen's husbands",
    "We missed her and the master.": "We missed him and the mistress.",
    "his \"friend\" and her 'friend'": "her \"friend\" and his 'friend'",
    "a friend of his and a friend of hers": "a friend of hers and a friend of his",
    "He saw her coming; her own, her only one.": "She saw him coming; his own, his only one.",
    "He washed himself, she herself.": "She washed herself, he himself.",
    "A policeman took an uncle's hat.": "A policewoman took an aunt's hat.",
    "old lady and old gentleman": "old gentleman and old lady",
}


@pytest.mark.parametrize("text", THERE_AND_BACK)
def test_there_and_back_again(text):
    assert counterfactual(text, NAMES) == THERE_AND_BACK[text]
    assert counterfactual(THERE_AND_BACK[text], NAMES) == text


@pytest.mark.parametrize(("text", "other"), [
    ("Ma'am, a maiden!", "Sir, a lad!"),
    ("the huntress and the seamstress", "the hunter and the tailor"),
    ("an actress", "an actor"), ("an heiress", "an heir"), ("A huntress", "A hunter"),
])
def test_words_without_a_counterpart_of_their_own_go_one_way(text, other):
    assert counterfactual(text, {}) == other


@pytest.mark.parametrize("text", [
    "The Lord is good.", "My God, what a day.", "We miss the sea and want to master it.", "A cow and a hen; the cock.",
    "They gave it to them.", "Will you, Rose? The waiting-maid slept.", "Mary had a lamb.", "", "\n\n--\u2014 12 %",
])
def test_what_has_no_gender_stays(text):
    assert counterfactual(text, {}) == text


def test_an_article_follows_a_new_first_letter():
    assert counterfactual("an Emil, a Mary", {"Emil": "Greta", "Mary": "Otto"}) == "a Greta, an Otto"


def test_a_story_says_that_it_is_counterfactual_and_a_scene_stays_one():
    scene = Story(title="Ada's hat", text="Ada: Where is he?\n(silence)\nTom: She took my wife's.", source="s.txt",
                  form="scene", people=("Ada", "Tom"), about="a king")
    other = counterfactual_story(scene, NAMES)
    assert other.text == "John: Where is she?\n(silence)\nMary: He took my husband's."
    assert other.people == ("John", "Mary") and other.title == "John's hat"
    assert other.about == "a queen (counterfactual)" and other.source == "s.txt (counterfactual)"
    long = Story(title="t", text=f"Lady {'a' * 35}: Hm.", source="s", form="scene")
    assert counterfactual_story(long, {}).turns[0].name.startswith("La")  # a gentleman's turn would be no turn


def test_names_change_places_by_frequency_and_the_short_side_is_filled():
    text = "We saw Ada and her hat. " * 9 + "We saw Bea and her hat. " * 5 + "We saw Cyd and his hat. " * 7
    pairs = name_pairs(representation([Story(title="t", text=text, source="s")]))
    assert pairs["Ada"] == "Cyd" and pairs["Cyd"] == "Ada"
    assert pairs[pairs["Bea"]] == "Bea" and pairs["Bea"] not in text


def many(count=400):
    return [Story(title=str(i), text=f"He met her {i} times.", source=f"{i}") for i in range(count)]


def test_augmenting_keeps_the_size_or_doubles_it():
    stories = many()
    half = list(augment(stories, {}, share=0.5, seed=1))
    assert len(half) == 400 and 150 < sum("(counterfactual)" in s.source for s in half) < 250
    assert [s.text for s in augment(stories, {}, share=0)] == [s.text for s in stories]
    double = list(augment(stories, {}, share=1, both=True))
    assert len(double) == 800 and double[0] == stories[0] and double[1].text.startswith("She met him")
    with pytest.raises(ValueError, match="share"):
        next(augment(stories, {}, share=1.5))


def test_the_draw_hangs_on_the_seed_and_the_story_not_on_its_place():
    stories = many(60)
    forward = {s.text for s in augment(stories, {}, seed=7)}
    assert forward == {s.text for s in augment(stories[::-1], {}, seed=7)}
    assert forward != {s.text for s in augment(stories, {}, seed=8)}


@pytest.mark.skipif(not (DATA / "stories" / "train").exists(), reason="the books of shared/data are not here")
def test_on_the_books_the_rule_for_her_is_right_in_most_cases():
    """"his" and "him" are told apart by spelling, so that turning both into "her" and back measures the rule."""
    paths = sorted((DATA / "stories" / "train").glob("*.txt"))[:5]
    text = re.sub(r"[Mm]a'am", "madam", "\n\n".join(path.read_text(encoding="utf-8") for path in paths))
    words = [re.findall(r"[^\W\d_]+", form) for form in (text, counterfactual(counterfactual(text, {}), {}))]
    assert len(words[0]) == len(words[1])
    right = {"his": [0, 0], "him": [0, 0], "she": [0, 0], "he": [0, 0]}
    for before, after in zip(*words, strict=True):
        if before.lower() in right:
            right[before.lower()][before == after] += 1
    share = {word: hits / (hits + misses) for word, (misses, hits) in right.items()}
    assert share["his"] > 0.99 and share["him"] > 0.9 and share["she"] == share["he"] == 1
