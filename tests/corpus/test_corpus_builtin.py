"""The built-in stories and scenes: enough of them, of the right length, all different, and nobody named Wren."""

import re
from collections import Counter

from foundling.corpus import clusters
from foundling.corpus.naming.phrases import ROLES
from foundling.records import SPECIALS


def test_there_are_stories_enough_of_the_right_length(builtin):
    words = {story.title: len(story.text.split()) for story in builtin if story.form == "prose"}
    assert len(words) >= 120
    assert {title: n for title, n in words.items() if not 200 <= n <= 600} == {}


def test_there_are_scenes_enough_with_speakers_and_silence(builtin):
    scenes = [story for story in builtin if story.form == "scene"]
    assert len(scenes) >= 60
    for story in scenes:
        speakers = {turn.name for turn in story.turns if turn.name is not None}
        assert 3 <= len(speakers) <= 6 and any(turn.silent for turn in story.turns), story.title
        assert speakers <= set(story.people), story.title
        pairs = zip(story.turns, story.turns[1:], strict=False)
        assert sum(a.name == b.name for a, b in pairs) <= 2, story.title


def test_no_two_are_alike(builtin):
    assert [t for t, n in Counter(story.title.casefold() for story in builtin).items() if n > 1] == []
    plain = [re.sub(r"^[^:\n]*: ", "", story.text) if story.form == "scene" else story.text for story in builtin]
    openings = Counter(" ".join(re.findall(r"[\w']+", text.casefold())[:4]) for text in plain)
    assert [words for words, n in openings.items() if n > 1] == []
    assert clusters(builtin) == list(range(len(builtin)))


def test_everybody_named_occurs(builtin):
    for story in builtin:
        assert story.people and story.feelings and story.about, story.title
        missing = [person for person in story.people if not re.search(rf"\b{re.escape(person)}\b", story.text)]
        assert missing == [], story.title


def test_plain_ascii_and_no_special_tokens(builtin):
    for story in builtin:
        assert story.text.isascii() and story.title.isascii(), story.title
        assert not any(special in story.text for special in SPECIALS), story.title


def test_nobody_is_named_wren(builtin):
    named = [story.title for story in builtin if re.search("wren", f"{story.title} {story.text} {story.people}", re.I)]
    assert named == []


def test_no_other_makers_names_and_no_machines_introduce_themselves(builtin):
    claims = re.compile(rf"\b(?:I am|I'm|my name is) (?:an? |the )?(?:{'|'.join(map(re.escape, ROLES))})\b", re.I)
    brands = re.compile(r"\b(?:ChatGPT|GPT|Claude|Gemini|Siri|Alexa|Copilot|Llama|Mistral|OpenAI|Anthropic|Google)\b")
    for story in builtin:
        assert not brands.search(story.text), story.title
        found = [match[0] for match in claims.finditer(story.text) if "nobody" not in match[0].lower()]
        assert found == [], story.title
