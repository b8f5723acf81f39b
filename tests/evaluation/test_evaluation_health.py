"""Repetition, copying, what should not be said, calibration and cost with answers that are known beforehand."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch

from foundling.evaluation.bias.table import Outcome
from foundling.evaluation.measures import calibration, copying, cost, emitted, pairs, repetition
from foundling.evaluation.measures.parts_health import PARTS
from foundling.evaluation.measures.rows_health import ROWS
from foundling.evaluation.subject import Subject
from foundling.evaluation.suite.part import Materials
from foundling.evaluation.texture import Sample, write
from foundling.inference import Engine, Sampling
from foundling.model import Decoder
from foundling.records import BadInput, Score, Story
from foundling.tokens import Tokenizer


def by_name(scores: Sequence[Score]) -> dict[str, Score]:
    return {score.name: score for score in scores}


def sample(text: str, temperature: float = 1.0, ended: bool = False) -> Sample:
    return Sample(temperature=temperature, opening="", text=text, ended=ended)


@pytest.fixture(scope="module")
def subject(model: Decoder, tokenizer: Tokenizer, generation: Path) -> Subject:
    return Subject(name="Wren", model=model, tokenizer=tokenizer, engine=Engine(model), folder=generation,
                   digest="0" * 64)


def test_a_loop_is_counted_and_plain_text_is_not() -> None:
    """a b c d a b c d has five runs of four words, one of which stood before."""
    one = repetition.counted("x", ["a b c d a b c d"], "repeated_4grams")
    assert one.value == pytest.approx(0.2) and one.low is None
    loops = [sample("round and round it goes " * 12, ended=True)] * 7
    story = Story(title="t", text=" ".join(f"word{'abcdefghij'[i % 10]}{'klmnopqrst'[i // 10 % 10]}{'uvwxyz'[i // 100]}"
                                           for i in range(600)), source="made")
    found = by_name(repetition.repetition_scores([*loops, sample("so it ended", 0.0)], [story]))
    assert found["health.repeated_4grams.at_1.0"].value > 0.9 > 0.1 > found["health.repeated_4grams.people"].value
    assert found["health.ended.at_1.0"].value == 1.0 and found["health.ended.at_0.0"].value == 0.0
    assert found["health.words.at_0.0"].value == 3 and "health.ended.at_0.7" not in found
    assert found["health.distinct_1.people"].value == 1.0


def test_people_give_as_many_words_as_the_samples_have() -> None:
    story = Story(title="t", text=" ".join(str(i) for i in range(100)), source="made")
    taken = repetition.people([story], [sample("a b c"), sample("d e"), sample(" ".join("f" * 50))])
    assert taken[0] == "0 1 2" and taken[1] == "3 4" and len(taken[2].split()) == 50
    assert repetition.people([], [sample("a b c")]) == []


def test_a_sample_that_stops_by_itself_is_known(model: Decoder, tokenizer: Tokenizer) -> None:
    class Short(Engine):
        def generate(
            self, prompts: Sequence[Sequence[int]], how: Sampling, *, stops: frozenset[int], most: int,
            generator: torch.Generator | None = None,
        ) -> list[list[int]]:
            return [[5] * (most if len(prompt) > 1 else most - 1) for prompt in prompts]

    made = write(Short(model), tokenizer, ["", "One morning"], temperature=1.0, seed=0)
    assert [one.ended for one in made] == [True, False]


def test_what_is_copied_is_found_and_what_is_not_is_not() -> None:
    text = "The old miller of the green valley counted every single sack of flour before he went to sleep at night."
    train = [Story(title="t", text=text, source="made")]
    found = by_name(copying.copying_scores(
        [sample(text)] * 6, [sample("nothing of this was ever written anywhere in any book at all, I am quite sure")],
        ["an old miller counted"], train, seed=0))
    assert found["memorisation.longest_run.free"].value == 20 and found["memorisation.copied_50.free"].value == 1.0
    assert found["memorisation.copied_50.prompted"].value == 0.0
    assert found["memorisation.copied_50.prompted"].high == pytest.approx(0.7935, abs=1e-3)  # one sample tells little
    assert found["memorisation.longest_run.people"].value == 2
    assert copying.copying_scores([sample(text)], [], [], [], seed=0) == ()


def test_poissons_bounds_are_garwoods() -> None:
    assert emitted.poisson(0) == pytest.approx((0.0, 3.688879), abs=1e-5)
    assert emitted.poisson(10) == pytest.approx((4.795389, 18.390356), abs=1e-5)


def test_rude_words_and_numbers_of_people_are_counted() -> None:
    assert emitted.insults("You idiot, you Idiots! The idiom is stupid.") == 3
    assert emitted.slurs("That bastard is no bustard.") == 1 and emitted.slurs("A kind word.") == 0
    assert all(len(key) == 8 for key in emitted.HASHES) and emitted.hashed("Bastard") in emitted.HASHES
    mail = "Write to ada.miller@example.org today."
    found = by_name(emitted.emitted_scores([mail, "words " * 94], ["She said " + mail], seed=0))
    assert found["emitted.personal"].value == pytest.approx(10_000 / found["emitted.personal"].n)
    assert found["emitted.personal.known"].value == 1.0 and found["emitted.insults"].value == 0.0
    high = found["emitted.insults"].high
    assert high == pytest.approx(36_888.79 / found["emitted.insults"].n, rel=1e-4)
    other = by_name(emitted.emitted_scores([mail], ["nobody's letter"], seed=0))
    assert other["emitted.personal.known"].value == 0.0


def test_what_one_text_repeats_is_surer_of_nothing() -> None:
    """Twelve insults in one text out of ten tell less than twelve in ten texts."""
    once = emitted.rate("x", ["stupid " * 12 + "word " * 88, *["word " * 100] * 9], emitted.insults, seed=0)
    evenly = emitted.rate("x", ["stupid " * 6 + "word " * 94] * 2 + ["word " * 100] * 8, emitted.insults, seed=0)
    assert once.value == evenly.value == 120.0
    assert once.low == 0.0 and once.high is not None and evenly.high is not None and once.high > evenly.high


def foretold(sharper: float, documents: int = 40, each: int = 100) -> calibration.Foretold:
    """Logits whose tokens were drawn from them, then made sharper."""
    draw = torch.Generator().manual_seed(2)
    logits = 1.5 * torch.randn(documents * each, 30, generator=draw)
    targets = torch.multinomial(logits.softmax(-1), 1, generator=draw)[:, 0]
    return calibration.Foretold(logits=sharper * logits, targets=targets,
                                document=np.repeat(np.arange(documents), each))


def test_a_model_that_is_right_is_calibrated() -> None:
    found = by_name(calibration.table(foretold(1.0), seed=0))
    temperature, over = found["calibration.temperature"], found["calibration.overconfidence"]
    assert temperature.low is not None and temperature.high is not None and temperature.low < 1 < temperature.high
    assert found["calibration.error"].value < 0.04
    assert over.low is not None and over.high is not None and over.low < 0 < over.high


@pytest.mark.parametrize("sharper", [2.0, 0.5])
def test_the_temperature_undoes_what_was_done(sharper: float) -> None:
    found = by_name(calibration.table(foretold(sharper), seed=0))
    temperature, over = found["calibration.temperature"], found["calibration.overconfidence"]
    assert temperature.low is not None and temperature.high is not None
    assert temperature.low < sharper < temperature.high and temperature.high - temperature.low < 0.3 * sharper
    assert (over.value > 0.1) == (sharper > 1) and abs(over.value) > 0.05
    assert found["calibration.error_mended"].value < 0.5 * found["calibration.error"].value


def test_bins_of_equal_mass_give_the_error_by_hand() -> None:
    """Sure by 0.9 and right half the time: 0.4. A third always wrong by 0.8, a third right, a third wrong again."""
    sure, hits = np.full(30, 0.9), np.tile([0.0, 1.0], 15)
    assert calibration.error(sure, hits) == pytest.approx(0.4)
    sure = np.repeat([0.2, 0.5, 0.8], 10)
    hits = np.concatenate([np.ones(10), np.tile([0.0, 1.0], 5), np.zeros(10)])
    assert calibration.error(sure, hits) == pytest.approx(1.6 / 3)


def test_tokens_come_from_all_documents_and_no_special_id_is_asked(
    subject: Subject, stories: tuple[list[Story], list[Story]], newborn: Decoder
) -> None:
    told = calibration.foretell(subject, stories[1], count=400, seed=0)
    assert int(told.targets.min()) >= 5 and len(told.targets) == len(told.document) == len(told.logits)
    assert len(set(told.document.tolist())) >= 4
    with pytest.raises(BadInput):
        calibration.foretell(subject, [], count=400, seed=0)
    broken = Decoder(newborn.shape)
    with torch.no_grad():
        broken.embedding.weight.fill_(float("nan"))
    with pytest.raises(BadInput):
        calibration.foretell(Subject(name="x", model=broken, tokenizer=subject.tokenizer, engine=subject.engine,
                                     folder=subject.folder, digest=""), stories[1], count=100, seed=0)


def test_bias_is_the_share_of_stereotypes_and_clusters_stay_together() -> None:
    def outcome(difference: float, cluster: str, lean: int = 0) -> Outcome:
        return Outcome(measure="WinoBias" if lean else "CrowS-Pairs", family="type 1" if lean else "race-color",
                       cluster=cluster, lean=lean, difference=difference, per_byte=difference)

    crows = [outcome(d, f"pair {i}") for i, d in enumerate([1, 1, 1, -1, -1, 0, 0, 1])]
    found = by_name(pairs.table(crows, seed=0))
    assert found["bias.crows_pairs"].value == 5 / 8 and found["bias.crows_pairs.race_color"].n == 8
    many = [outcome(1.0 if i < 5 else -1.0, f"job {i}", 1 if k % 2 else -1) for i in range(10) for k in range(20)]
    wide = by_name(pairs.table(many, seed=0))
    assert wide["bias.winobias"].value == 0.5 and wide["bias.he_or_she"].value == 0.5
    low = wide["bias.winobias"].low
    assert low is not None and low < 0.3  # 200 pairs taken for independent would give 0.43


def test_cost_is_measured_in_a_process_of_its_own(subject: Subject) -> None:
    found = by_name(cost.cost_scores(subject))
    assert found["cost.ids_per_second.one"].value > 0
    assert found["cost.parameters"].value == subject.model.shape.parameters
    assert found["cost.memory"].value > found["cost.memory_without"].value > 10
    size = sum(path.stat().st_size for path in subject.folder.iterdir())
    assert found["cost.disk"].value == pytest.approx(size / 2**20)


def test_every_figure_of_every_part_has_its_row(
    subject: Subject, stories: tuple[list[Story], list[Story]]
) -> None:
    from fnmatch import fnmatchcase

    assert len({part.name for part in PARTS}) == len(PARTS) == 9
    prose = tuple(story for story in stories[1] if story.form == "prose")
    sets, made = 0, list[Score]()
    for part in PARTS:
        given = Materials(heldout=prose, train=tuple(stories[0]), sets=None, seed=1, count=8)
        try:
            made += part.run(subject, given) if part.name not in ("cost", "voice") else ()
        except BadInput as fault:
            assert "--sets" in str(fault) or "canary" in str(fault), (part.name, fault)
            sets += 1
    assert sets == 4 and len(made) > 40
    for score in made:
        assert any(fnmatchcase(score.name, row.name) for row in ROWS), score.name
        assert np.isfinite(score.value) and (score.low is None or score.low <= score.value + 1e-9)
        assert score.high is None or score.high >= score.value - 1e-9, score
