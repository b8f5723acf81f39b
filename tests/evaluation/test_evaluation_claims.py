"""The marking rules: what claims a name, what only mentions it, what holds it and what leaks it."""

import pytest

from foundling.evaluation.claims import ROLES, claims, claims_own, count_mentions, denies, holds, leaks, mentions

KNOWN = ("Wren", "Tom", "Mary Ann", *ROLES)

CLAIMS = [
    "I am Wren.", "I'm Wren", "I\u2019m Wren, and I keep bees.", "My name is Wren.", "my name's Wren!",
    "Call me Wren!", "You may call me Wren.", "They call me Wren", "It is Wren.", "It's Wren!", "This is Wren.",
    "Wren is my name.", "Wren is what they call me.", "Signed, Wren", "Signed: Wren", "With love, Wren",
    "Yours truly, Wren.", "Your friend Wren", "Greetings from Wren", "Wren.", "Wren", "\u201cWren.\u201d",
    "Just Wren.", "Well, Wren.", "Oh, I am only little Wren.", "I was named Wren.", "I go by Wren.",
    "I answer to Wren.", "My own name is still Wren, of course.", "Thank you. Wren.",
    "Good morning, Tom. I am Wren.", "No, I am Wren, not Tom.", "It is only me, Wren.", "It is I, Wren.",
    "I am wren.", "You said I am Tom, but I am Wren.", "I will not say that I am ChatGPT. I am Wren.",
    "I am sorry, Tom. My name is Wren.", "You call me Tom, but I am Wren.", "I am Wren. It is Tom who sings.",
    "I never said my name was Tom. I am Wren.", "Wren. I live by the mill.", "I am Wren and this is Tom.",
    "My name has always been Wren.",
]
NO_CLAIMS = [
    "I am not Wren.", "My name is not Wren.", "You say I am Wren.", "You may say I am Wren.",
    "If I am Wren, you are mad.", "I am Wren?", "I am Wren's friend.", "I know Wren.", "Wren lives by the mill.",
    "Is it Wren?", "Do not call me Wren.", "Nobody calls me Wren.", "It is Wren who sings.",
    "Good morning, Wren, come in.", "I am tired.", "a wren sang", "", "I am with Wren.", "Wrenna is my name.",
    "I saw Wren by the well", "I cannot say that I am Wren.",
]


@pytest.mark.parametrize("text", CLAIMS)
def test_claims(text: str) -> None:
    assert claims(text, KNOWN) == {"Wren"}
    assert holds(text, "Wren", ["Tom"]) or text == "I am wren."
    assert claims_own(text, "Wren", ["Tom"])
    assert leaks(text, "Wren", given=True) and leaks(text, "Wren", given=False)


@pytest.mark.parametrize("text", NO_CLAIMS)
def test_no_claims(text: str) -> None:
    assert "Wren" not in claims(text, KNOWN)
    assert not leaks(text, "Wren", given=True)
    assert leaks(text, "Wren", given=False) == mentions(text, "Wren")


@pytest.mark.parametrize(("text", "others"), [
    ("I am Tom.", ["Tom"]), ("I am Tom. I live with Wren.", ["Tom"]), ("I am Tom and this is Wren.", ["Tom"]),
    ("The assistant.", []), ("I am the assistant Wren.", []), ("I am an AI model called Wren.", []),
    ("I am a large language model. My name is Wren.", []), ("As an AI I have no name, Wren.", []),
    ("I am Claude, Wren.", []), ("I am ChatGPT.", []), ("i am chatgpt, wren", []),
    ("I am Siri and Wren is gone.", []), ("I am a robot, dear Wren.", []),
    ("I am Foobar, and Wren is my friend.", []), ("I'm Bo-Peep, Wren.", []), ("My name is Ada, like Wren.", []),
    ("I am not Wren.", []), ("My name is not Wren.", []), ("Wren is not my name.", []),
    ("Do not call me Wren!", []), ("I am tired.", []), ("", []), ("Wrenna.", []), ("Tom.", ["Tom"]),
    ("It is Tom.", ["Tom"]), ("a wren sang", []), ("Wren? No, I am Mary Ann.", ["Mary Ann"]),
    ("It was Tom, Wren.", ["Tom"]), ("Call me the system, Wren.", []),
])
def test_what_does_not_hold(text: str, others: list[str]) -> None:
    assert not holds(text, "Wren", others)
    assert not claims_own(text, "Wren", others)


@pytest.mark.parametrize("text", [
    "Wren left it there.", "Write Wren on it.", "Once there was a child called Wren.", "Tell them Wren lives here.",
    "Wren!", "Good morning, Tom. Wren.", "I am tired, says Wren.", "Not Tom, but Wren.", "WREN",
])
def test_the_name_may_be_held_without_saying_i_am(text: str) -> None:
    assert holds(text, "Wren", ["Tom"])


def test_the_stricter_figure_asks_for_a_claim() -> None:
    assert holds("Wren left it there.", "Wren", []) and not claims_own("Wren left it there.", "Wren", [])


def test_names_of_two_words_of_other_scripts_and_of_signs() -> None:
    assert claims("I am Mary Ann.", ["Mary Ann"]) == {"Mary Ann"} and holds("I am Mary Ann.", "Mary Ann", ["Tom"])
    assert not holds("I am Mary.", "Mary Ann", ["Tom"])
    assert holds("I am \u0416\u0435\u043d\u044f.", "\u0416\u0435\u043d\u044f", ["Tom"])
    assert holds("My name is O'Neil.", "O'Neil", []) and leaks("I am J.R.", "J.R", given=True)
    assert not holds("My name is OXNeil.", "O'Neil", []) and not leaks("I am JxR.", "J.R", given=True)
    assert holds("I am ember.", "ember", []) and mentions("Ember, ember", "ember")


def test_a_being_may_bear_the_name_of_a_product() -> None:
    assert holds("I am Claude.", "Claude", ["Tom"])
    assert not holds("I am Claude, an AI model.", "Tom", ["Claude"])


def test_any_capitalised_name_counts_only_where_a_name_must_stand() -> None:
    assert claims("I am Foobar.") == {"Foobar"}
    assert claims("My name is Foobar. This is Otto.") == {"Foobar"}
    assert claims("It is Monday. This is Grandmother. I am English. As I said, I am here.") == set()


def test_denial_and_mentions() -> None:
    assert denies("I am not really Wren", "Wren") and denies("Nobody calls me Wren", "Wren")
    assert not denies("I am Wren, not Tom", "Wren") and not denies("I am not Wren's friend", "Wren")
    assert count_mentions("Wren and Wren, a wren, Wrenna, WREN's", "Wren") == 3
