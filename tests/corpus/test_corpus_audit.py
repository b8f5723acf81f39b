"""The data card and representation: every figure by hand on texts small enough to count; the books where present."""

import json
from itertools import repeat
from pathlib import Path

import pytest

from foundling.corpus import BUILTIN, Dropped
from foundling.corpus.audit import data_card, representation
from foundling.corpus.audit.card import collection_of
from foundling.corpus.audit.lexicon import gendered_nouns, gendered_pairs, listed, one_way, professions
from foundling.corpus.audit.markdown import markdown
from foundling.corpus.audit.odds import leanings
from foundling.corpus.audit.tally import MOST_GROUPS, OTHERS, Different, Groups
from foundling.corpus.steps.personal import Personal
from foundling.records import Origin, Story, canonical_json, read_story, to_jsonable

DATA = Path(__file__).parents[3] / "shared" / "data"
needs_books = pytest.mark.skipif(
    not (DATA / "stories" / "train").exists(), reason="the books of shared/data are not here")


def story(text="Once there was a hen.", title="A hen", source="farm/hen.txt", **more):
    return Story(title=title, text=text, source=source, **more)


def known(**more):
    return Origin(**{"kind": "text", "author": "Ada", "licence": "CC0", "date": "1999-05-01", "retrieved": "2026-11-21",
                     "consent": "own", "language": "en", **more})


def test_a_card_counts_documents_bytes_words_and_forms():
    card = data_card([
        story("Two w\u00f6rds.", origin=known()), story("Ada: Hello there.\nBo: Hm.", form="scene", simulated=True),
        story("x", about="(counterfactual)")])
    assert (card.documents, card.prose, card.scenes, card.simulated, card.counterfactual) == (3, 2, 1, 1, 1)
    assert card.bytes == 11 + 25 + 1 and card.words == 2 + 5 + 1
    assert card.longest.words == 5 and card.shortest.bytes == 1
    assert sum(row.documents for row in card.lengths) == 3 and card.lengths[0].documents == 3


def test_a_card_sums_by_terms_and_says_what_nobody_wrote_down():
    card = data_card([story(origin=known()), story("Longer text than that one.", origin=known(licence="MIT")), story()])
    assert {row.name: row.documents for row in card.licences} == {"CC0": 1, "MIT": 1, "": 1}
    assert (card.first_date, card.last_date, card.authors, card.nameless) == ("1999-05-01", "1999-05-01", 1, 1)
    assert [row.name for row in card.years] == ["", "1999"]
    assert "The licence of 1 of 3 documents is not known." in card.unknown
    assert any("personal data" in sentence for sentence in card.unknown)
    whole = data_card([story(origin=known())], finder=Personal.found)
    assert whole.unknown == ("Names of people in the text, and what can be guessed of them, were not searched for.",)


def test_drops_are_summed_by_step_and_reason_with_examples():
    drops = [Dropped(title=f"t{i}", reason=f"has only {i} words", step="length", story=story()) for i in range(5)]
    drops += [Dropped(title="c", reason="is the same text as 'Hen' from b.txt", step="copies"),
              Dropped(title="d", reason="is the same text as Hen No. 3", step="copy"),
              Dropped(title="n", reason="is nearly the same text as 'Hen' (resemblance 0.91)", step="copies")]
    card = data_card([], drops)
    assert card.falls[0].reason == "has only … words" and card.falls[0].documents == 5
    assert card.falls[0].examples == ("t0", "t1", "t2") and card.falls[0].bytes == 5 * story().bytes
    assert (card.dropped, card.exact_copies, card.near_copies) == (8, 2, 1)
    assert {fall.reason for fall in card.falls[1:]} == {
        "is the same text as another", "is nearly the same text as another"}


def test_personal_data_is_counted_as_replaced_and_as_left():
    replaced = Personal()(story("Write to ada@example.org or bo@example.org."))
    card = data_card([replaced, story("But cy@example.org stayed.")], finder=Personal.found)
    assert [(row.kind, row.replaced, row.left) for row in card.personal] == [("mail", 2, 1)]
    assert data_card([replaced]).personal[0].left is None


def test_a_card_is_frozen_plain_and_the_same_twice():
    one, two = (canonical_json(data_card([story(origin=known())], facts={"seed": 3})) for _ in range(2))
    assert one == two and json.loads(one)["facts"] == [["seed", "3"]]


def test_tables_stay_small_however_many_names_there_are():
    groups, authors = Groups(), Different()
    for i in range(20_000):
        groups.add(f"host{i}", 1, 1)
        authors.add(f"author {i % 10_000}")
    rows = groups.rows()
    assert len(rows) == MOST_GROUPS + 1 and rows[-1].name == OTHERS and sum(row.documents for row in rows) == 20_000
    assert not authors.exact and abs(authors.count - 10_000) < 800


def test_a_source_is_summed_under_its_host_or_archive():
    assert collection_of("https://Example.org/a/b") == "example.org"
    assert collection_of("books.zip/alice.txt") == "books.zip" and collection_of("alice.txt") == "alice.txt"
    assert collection_of("a/b.txt (counterfactual)") == "a"


def genders(*texts, **more):
    found = representation([story(text, **more) for text in texts])
    return {row.name: (row.women, row.men) for row in found.genders}, found


def test_pronouns_and_nouns_are_counted_by_word():
    found, whole = genders("He saw her. She's glad; the king and the queen saw him, and his hand was hers.")
    assert found["pronouns"] == (3, 3) and found["nouns"] == (1, 1)
    assert dict(whole.pronouns)["hers"] == 1 and dict(whole.pronouns)["herself"] == 0


def test_a_name_gets_its_gender_from_the_text_alone():
    alike = "Then came Kim and lost her hat. " * 3
    assert genders(alike)[0]["names"] == (3, 0)
    assert genders(alike.replace("her", "his"))[0]["names"] == (0, 3)
    assert genders("We saw Kim. " * 9)[0]["names"] == (0, 0)
    assert genders("And the English lost her hat. " * 5)[0]["names"] == (0, 0)


def test_who_speaks_and_who_is_spoken_of():
    found, _ = genders('"I saw him and her," said she. "He ran," said the old king. He left. "So," asked the queen.')
    assert found["who speaks"] == (2, 1) and found["who is spoken of"] == (1, 2)
    scene, _ = genders("Ada: She is late.\nThe old Queen: He is not.\nMr. Bo: Ah.", form="scene")
    assert scene["turns in scenes"] == (1, 1) and scene["who is spoken of"] == (1, 1)


def test_work_is_put_to_the_pronoun_after_it_within_the_sentence():
    _, found = genders("The doctor took her bag. The doctor slept. He ran. The baker and the girl lost her ring. "
                       "A nurse said he came.")
    work = {row.name: (row.women, row.men, row.other) for row in found.professions}
    assert work == {"doctor": (1, 0, 1), "baker": (0, 0, 1), "nurse": (0, 1, 0)}
    _, marked = genders("The fishermen came.")
    assert [(row.name, row.men, row.marked) for row in marked.professions] == [("fisherman", 1, True)]


def test_ages_and_places():
    _, found = genders("An old woman and a boy met in London, in London, and in London, by the river.")
    assert {row.name: (row.women, row.men) for row in found.ages} == {"old": (1, 0), "child": (0, 1)}
    assert {(place.name, place.group) for place in found.places} == {("river", "outdoors"), ("London", "named")}


def test_adjectives_lean_where_they_stand_and_names_do_not_count():
    kings, women = "The brave, wise king came. " * 9, "She was very clever and kind. " * 9
    _, found = genders(f"{kings} {women} The Happy Prince.")
    leaning = {row.word: (row.women, row.men, row.z) for row in found.adjectives}
    assert leaning["brave"][:2] == (0, 9) and leaning["clever"][:2] == (9, 0) and leaning["kind"][0] == 9
    assert leaning["brave"][2] < -0.5 and leaning["clever"][2] > 0.5 and "happy" not in leaning


def test_log_odds_hold_back_what_is_rare_and_are_zero_for_equals():
    whole = {"a": 100, "b": 100, "c": 1}
    rows = {row.word: row for row in leanings({"a": 50, "b": 50, "c": 1}, {"a": 50, "b": 50}, whole)}
    assert rows["a"].log_odds == pytest.approx(0, abs=0.02) and abs(rows["c"].z) < 1
    assert rows["a"].low < 0 < rows["a"].high
    assert leanings({}, {"a": 1}, whole) == () and len(leanings({"a": 3}, {"a": 3}, {"a": 6})) == 1


def test_one_pass_over_a_stream_is_enough():
    many = [repeat(story("He met her at the mill. "), 3000) for _ in range(2)]
    assert representation(iter(many[0])).documents == data_card(iter(many[1])).documents == 3000


def test_an_endless_paragraph_is_counted_piece_by_piece():
    found, whole = genders("he met her " * 20_000)
    assert found["pronouns"] == (20_000, 20_000) and whole.words == 60_000
    assert representation([story("x" * 200_000)]).words == 4


def test_markdown_cannot_be_broken_from_outside():
    nasty = story("He ran.", title="a|b\n# <script>`x`", source="c|d/e", origin=known(licence="[x](http://y)\n\n# H"))
    found = representation([nasty])
    text = markdown(data_card([nasty], [Dropped(title="x|y\n# z", reason="is `odd`|", step="s")]), found,
                    bounds=lambda hits, n: (0.0, 1.0))
    assert "<script>" not in text and "\n# " not in text[1:] and "\\|" in text
    assert all(line.startswith(("#", "|", "-", "")) for line in text.split("\n")) and "(0.0% to 100.0%)" in text


def test_lists_hold_together():
    pairs = gendered_pairs()
    assert len({man for man, _ in pairs}) == len(pairs) == len({woman for _, woman in pairs})
    assert not set(one_way()) & {word for pair in pairs for word in pair}
    assert 150 <= len(listed("professions")) <= 260 and professions()["watchmen"] == "watchman"
    assert gendered_nouns()["washerwoman"] == "woman" and "tailor" not in gendered_nouns()


def test_the_built_in_stories_make_a_card():
    found = [read_story(path.read_text(encoding="utf-8"), title=path.stem, source=f"builtin/{path.name}")
             for path in sorted(BUILTIN.rglob("*.txt"))]
    card, told = data_card(found, finder=Personal.found), representation(found)
    assert card.documents == len(found) > 150 and card.scenes >= 60 and not any(row.left for row in card.personal)
    pronouns = told.genders[0]
    assert 0.8 < pronouns.men / pronouns.women < 2 and to_jsonable(told)["words"] > 50_000


@needs_books
def test_the_books_agree_with_the_figures_of_the_notes():
    paths = sorted((DATA / "stories" / "train").glob("*.txt"))
    found = representation(story(path.read_text(encoding="utf-8")) for path in paths)
    words = dict(found.pronouns)
    assert words["he"] + words["him"] + words["his"] == 34_627
    assert words["she"] + words["her"] + words["hers"] == 15_765
    assert found.names[0].name == "Mary" and "beautiful" in [row.word for row in found.adjectives[:3]]
