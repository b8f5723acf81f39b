"""Who is meant: names where a pronoun could mean two, I and you, animals in fables."""

from foundling.world.narrator.cast import Cast, Mentions
from foundling.world.village.records import Person, Setting


def setting() -> Setting:
    people = tuple(
        Person(name=name, they=they, age=age, work=work, home="mill")
        for name, they, age, work in (
            ("Ada", "she", 30, "miller"), ("Bea", "she", 70, "weaver"), ("Cid", "he", 6, ""),
            ("Dan", "he", 40, "weaver"),
        )
    )
    return Setting(seed=0, name="Elm", day=0, people=people, places=(), things=())


def test_a_pronoun_stands_only_where_nobody_else_can_be_meant() -> None:
    said = Mentions(Cast(setting=setting()))
    assert said.subject("Ada") == "Ada"
    said.next_sentence()
    assert (said.subject("Ada"), said.object("Dan")) == ("she", "Dan")
    said.next_sentence()
    assert said.subject("Bea") == "Bea"  # she would be Ada
    assert said.object("Ada") == "Ada"  # two women in the sentence
    said.next_sentence()
    assert said.possessive("Ada") == "Ada's"


def test_a_new_paragraph_names_everybody_anew() -> None:
    said = Mentions(Cast(setting=setting()))
    said.subject("Ada")
    said.next_sentence()
    said.forget()
    assert said.subject("Ada") == "Ada"


def test_whoever_tells_is_i_and_the_hearer_you() -> None:
    said = Mentions(Cast(setting=setting(), teller="Ada", hearer="Cid"))
    assert (said.subject("Ada"), said.object("Ada"), said.possessive("Ada"), said.reflexive("Ada")) == (
        "I", "me", "my", "myself")
    assert (said.subject("Cid"), said.was("Cid"), said.was("Dan"), said.plural("Cid")) == ("you", "were", "was", True)
    assert said.subject("Bea") == "Bea"
    said.next_sentence()
    assert said.subject("Bea") == "she"  # the teller is no rival for the word


def test_descriptions_are_true_and_mean_one_person() -> None:
    cast = Cast(setting=setting())
    assert [cast.described(n) for n in ("Ada", "Bea", "Cid", "Dan")] == [
        "Ada the miller", "old Bea", "little Cid", "Dan"]  # there are two weavers


def test_masks_are_names_with_an_article_that_goes_when_spoken_to() -> None:
    cast = Cast(setting=setting(), masks={"Ada": "the hare"})
    assert (Mentions(cast).possessive("Ada"), cast.called("Ada"), cast.called("Bea")) == ("the hare's", "Hare", "Bea")
