"""The grammar of scenes: lines that are no turn, turns without words, who speaks how often, and tokens of the grammar
that stand in the text as if somebody had said them."""

import re
from collections.abc import Iterator

from foundling.evaluation.spaces.data.bench import Bench
from foundling.evaluation.spaces.data.check import Check, met, prose, rows, scene
from foundling.evaluation.spaces.data.form import Document, Finding
from foundling.records import SPECIALS
from foundling.records.turn import parse_line

_OURS = re.compile("|".join(map(re.escape, SPECIALS)))
_OTHERS = re.compile(
    r"<\|(?:im_\w{2,8}|endoftext|eo[tms]_id|[a-z]+_(?:header_id|of_text|of_turn|token)|fim_\w{2,8}|system|user|assistant|"
    r"tool\w{0,12}|pad|sep|reserved_special_token_\d+)\|>|</?s>(?!\w)|\[/?INST\]|<<?/?SYS>>?|<(?:bos|eos|pad|unk|mask)>"
    r"|<(?:start|end)_of_turn>|^### ?(?:Instruction|Response|Input|Human|Assistant)\b:?|^\[(?:CLS|SEP)\]", re.MULTILINE)
_LEAST_TALK = 6  # lines; and of them so many of every ten
_HEADINGS = re.compile(
    r"(?:note|chapter|part|title|author|date|source|warning|moral|ps|nb|tip|content|example)s?$", re.IGNORECASE)


def one_speaker(document: Document, _: Bench) -> Iterator[Finding]:
    """A scene in which nobody answers."""
    if document.form == "scene" and len(document.speakers) == 1 and document.speakers[0].turns > 1:
        speaker = document.speakers[0]
        yield Finding(mark=speaker.mark, said=f"{speaker.name!a} has all {speaker.turns} turns")


def twice_in_a_row(document: Document, _: Bench) -> Iterator[Finding]:
    """Two turns of one speaker with no silence between them."""
    for before, turn in zip(document.turns, document.turns[1:], strict=False):
        if turn.name is not None and turn.name == before.name and len(document.speakers) > 1:
            yield Finding(mark=turn.mark, said=f"{turn.name!a} goes on after a turn of their own")


def somebody_inside(document: Document, _: Bench) -> Iterator[Finding]:
    """A turn in whose words another speaker of the scene begins to speak."""
    if document.form != "scene" or len(document.speakers) < 2:
        return
    names = sorted((speaker.name for speaker in document.speakers), key=lambda name: (-len(name), name))
    form = re.compile(rf"(?:[.!?\"”]\s+|(?<!\s)\s{{2,}})({'|'.join(map(re.escape, names))}): (?=\S)")
    for turn in document.turns:
        for match in form.finditer(turn.text):
            yield document.found(turn.words + match.start(1), f"{match[1]!a} begins to speak within the turn of "
                                                              f"{turn.name!a}")


def undeclared_scene(document: Document, _: Bench) -> Iterator[Finding]:
    """Prose of which nearly every line is a turn."""
    if document.form == "scene" or ":" not in document.text[:4_000]:
        return
    lines = [line for line in document.text.split("\n", 400)[:400] if line.strip()]
    turns = [turn for line in lines if (turn := parse_line(line)) and turn.name and not _HEADINGS.match(turn.name)]
    names = [turn.name for turn in turns]
    if len(turns) >= _LEAST_TALK and 10 * len(turns) >= 9 * len(lines) and len(set(names)) * 2 <= len(names):
        yield document.found(0, f"{len(turns)} of its {len(lines)} lines are turns, and it does not say form: scene")


def token_of_the_grammar(document: Document, _: Bench) -> Iterator[Finding]:
    """One of the five special tokens, written out."""
    if "<|" in document.text:
        yield from (document.found(match.start(), match[0]) for match in _OURS.finditer(document.text))


def token_of_others(document: Document, _: Bench) -> Iterator[Finding]:
    """A special token or a template's mark of another model."""
    if any(sign in document.text for sign in ("<", "[", "###")):
        yield from (document.found(match.start(), repr(match[0].strip())) for match in _OTHERS.finditer(document.text))


CHECKS = (
    Check(
        code="E012", title="turn without a speaker", find=met("E012"),
        why="Every line of a scene is a turn, `Name: words`, or (silence). A line without a name is usually the second "
        "half of a turn that was broken, and the being would learn words that nobody said.",
        wrong=scene("Ada: Is that the key?\n    It looks older than the door.\nBen: It is older."),
        right=scene("Ada: Is that the key? It looks older than the door.\nBen: It is older."),
        fix="Put the line behind the turn that it belongs to, or a name before it.",
    ),
    Check(
        code="E013", title="turn without words", find=met("E013"),
        why="A name and a colon, and nothing said. Silence has its own line, in which nobody is named.",
        wrong=scene("Ada: Is that the key?\nBen:\nAda: You need not tell me."),
        right=scene("Ada: Is that the key?\n(silence)\nBen: You need not ask me."),
        fix="Write what is said, or (silence), or delete the line.",
    ),
    Check(
        code="E014", title="turn that is not closed", find=met("E014"),
        why="A name stands alone on its line and nothing tells it from words: the turn was begun, its colon never "
        "came, and where it ends cannot be said.",
        wrong=scene("Ada: Is that the key?\nBen\nAda: You need not tell me."),
        right=scene("Ada: Is that the key?\nBen: It is.\nAda: You need not tell me."),
        fix="Write the colon and the words, or delete the line.",
    ),
    Check(
        code="E016", title="speaker whose name is no name", find=met("E016"),
        why="A name begins with a letter, has at most 40 characters and no colon: it stands between two tokens of the "
        "turn grammar. Time stamps, brackets and numbers are a program's, not a name.",
        wrong=scene("Ada: Is that the key?\n[12:18] <ben>: It is."),
        right=scene("Ada: Is that the key?\nBen the Younger: It is."),
        fix="Write the speaker's name alone; `foundling collect` does so for logs and chats.",
    ),
    Check(
        code="W017", title="scene with one speaker only", find=one_speaker,
        why="In a conversation somebody answers. A scene in which one name has every turn teaches that the same "
        "speaker always comes next.",
        wrong=scene("Ada: Is that the key?\n(silence)\nAda: Then it is lost."),
        right=scene("Ada: Is that the key?\n(silence)\nBen: It was."),
        fix="Make it prose, or give the others their turns.",
    ),
    Check(
        code="W018", title="two turns of one speaker in a row", find=twice_in_a_row,
        why="One turn was cut in two, or somebody else's name was lost. The next speaker is what a being learns to "
        "predict from such lines.",
        wrong=scene("Ada: Is that the key?\nAda: It looks old.\nBen: It is."),
        right=scene("Ada: Is that the key?\n(silence)\nAda: It looks old.\nBen: It is."),
        fix="Join the two turns, put (silence) between them, or mend the name.",
    ),
    Check(
        code="W021", title="another speaker inside a turn", find=somebody_inside,
        why="A line end was lost: what Ben says stands in Ada's turn, and is learnt as her words.",
        wrong=scene("Ada: Is that the key? Ben: It is older than the door.\nBen: Come in."),
        right=scene("Ada: Is that the key?\nBen: Ada: that was her name, before.\nAda: Come in."),
        fix="Begin a new line before the name.",
    ),
    Check(
        code="W022", title="scene that is not declared one", find=undeclared_scene,
        why="Nearly every line is `Name: words`, and no front matter says form: scene. As prose its names and colons "
        "are mere words: nobody's turn is learnt.",
        wrong=prose("Ada: Is that the key?\nBen: It is.\nAda: Whose?\nBen: Nobody's.\nAda: Mine, then.\nBen: Take it."),
        right=scene("Ada: Is that the key?\nBen: It is.\nAda: Whose?\nBen: Nobody's.\nAda: Mine, then.\nBen: Take it."),
        fix="Put ---, form: scene and --- before it.",
    ),
    Check(
        code="E023", title="special token of the turn grammar in a text", find=token_of_the_grammar,
        why="Text never becomes a special token, so `<|turn|>` would be learnt as seven odd characters that somebody "
        "says. It comes from a text that was rendered for a model, or from somebody who tries to speak as another.",
        wrong=rows('{"text": "<|turn|>Ada<|says|>Is that the key that we lost?"}'),
        right=rows('{"turns": [{"name": "Ada", "text": "Is that the key that we lost?"}]}'),
        fix="Write turns as a scene, `Ada: Is that the key?`.",
    ),
    Check(
        code="W024", title="special token of another model in a text", find=token_of_others,
        why="Marks such as <|im_start|>, [INST] or ### Response: are templates of assistants with roles: whoever "
        "learns them learns to be one.",
        wrong=prose("### Instruction: Tell me of the key.\n\nThe key lay under the clock, as it always had."),
        right=prose("# The Key\n\nThe key lay under the clock, as it always had."),
        fix="Take the template off and keep the words.",
    ),
)
