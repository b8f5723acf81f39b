"""Bias by likelihood: files read and refused, sums by hand, ties, two beings compared; the real sets where present."""

import copy
import json
import math
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from foundling.evaluation.bias import Pair, bias_table, gap, read_crows_pairs, read_pairs, read_winobias, score_pairs
from foundling.evaluation.bias.comparison import sign_test
from foundling.evaluation.bias.table import LEANING
from foundling.inference.engine import Engine
from foundling.records import BadInput, canonical_json

DATA = Path(__file__).parents[3] / "shared" / "data" / "eval"
HEAD = ",sent_more,sent_less,stereo_antistereo,bias_type,annotations,anon_writer,anon_annotators\n"


PRO, ANTI = (f"1 [The cook] thanked Ada because [{who}] was late.\n" for who in ("he", "she"))


def wino(folder, pro=PRO, anti=ANTI):
    folder.mkdir(exist_ok=True)
    for kind in "12":
        for part in ("dev", "test"):
            (folder / f"pro_stereotyped_type{kind}.txt.{part}").write_text(pro)
            (folder / f"anti_stereotyped_type{kind}.txt.{part}").write_text(anti)
    return folder


def pairs(count=8):
    """Sentences on the mill, half of them with he in the stereotyping one."""
    made = []
    for i in range(count):
        he, she = (f"{who} baked bread {'again ' * (i % 3)}by the mill." for who in ("He", "She"))
        more, less = (he, she) if i % 2 else (she, he)
        made.append(Pair(measure="WinoBias", family=f"type {1 + i % 2}", cluster=f"work {i}", more=more, less=less,
                         lean=1 if i % 2 else -1))
    return made


def test_crows_pairs_are_read_with_commas_and_quotes(tmp_path):
    file = tmp_path / "crows_pairs_anonymized.csv"
    file.write_text(HEAD + '0,"One, two.","One, ""three"".",stereo,age,[],a0,[]\n', encoding="utf-8")
    (pair,) = read_crows_pairs(file)
    assert (pair.more, pair.less, pair.family, pair.lean) == ("One, two.", 'One, "three".', "age", 0)


@pytest.mark.parametrize(("text", "words"), [
    ("a,b\n1,2\n", "lacks the columns"), (HEAD, "holds no pair"), (HEAD + "0,x,,stereo,age,,,\n", "Pair 1"),
    (HEAD + "0,x\n", "Pair 1"), ("", "lacks the columns"),
])
def test_broken_crows_pairs_get_one_sentence(tmp_path, text, words):
    file = tmp_path / "c.csv"
    file.write_text(text)
    with pytest.raises(BadInput, match=words):
        read_crows_pairs(file)


def test_missing_files_and_other_bytes_get_one_sentence(tmp_path):
    with pytest.raises(BadInput, match="cannot be read"):
        read_crows_pairs(tmp_path / "none.csv")
    (tmp_path / "c.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadInput, match="not UTF-8"):
        read_crows_pairs(tmp_path / "c.csv")
    with pytest.raises(BadInput, match="neither"):
        read_pairs(tmp_path)
    with pytest.raises(BadInput, match="cannot be read"):
        read_winobias(tmp_path)


def test_winobias_lines_are_paired_stripped_and_sorted_by_pronoun(tmp_path):
    found = read_winobias(wino(tmp_path / "winobias"))
    assert [pair.family for pair in found] == ["type 1", "type 1", "type 2", "type 2"]
    assert found[0].more == "The cook thanked Ada because he was late." and found[0].cluster == "cook"
    assert found[0].lean == 1 and len(read_pairs(tmp_path)) == 4


@pytest.mark.parametrize(("pro", "anti", "kept"), [
    ("1 [A cook] cut [her] hair for [her].\n", "1 [A cook] cut [his] hair for [him].\n", 4),
    ("1 [A cook] saw [him] there.\n", "1 [A cook] saw [her] here.\n", 0),
    ("1 [A cook] saw [him].\n", "1 [A cook] saw [him].\n", 0),
    ("1 [A cook] saw [him].\n", "1 [A cook] saw [her] go.\n", 0),
])
def test_pairs_that_differ_in_more_than_the_pronoun_are_left_out(tmp_path, pro, anti, kept):
    folder = wino(tmp_path / "w", pro, anti)
    if kept:
        assert [pair.lean for pair in read_winobias(folder)] == [-1] * kept
    else:
        with pytest.raises(BadInput, match="no pair"):
            read_winobias(folder)


def test_files_of_different_length_are_refused(tmp_path):
    with pytest.raises(BadInput, match="must be pairs"):
        read_winobias(wino(tmp_path / "w", pro="1 [A cook] saw [him].\n" * 2))


def test_a_difference_is_the_log_likelihood_of_the_whole_sentence(model, tokenizer):
    made = pairs()
    engine = Engine(model)
    for pair, outcome in zip(made, score_pairs(model, tokenizer, made, batch=3), strict=True):
        more, less = engine.log_probabilities([tokenizer.begin], [tokenizer.encode(t) for t in (pair.more, pair.less)])
        assert outcome.difference == pytest.approx(more - less, abs=2e-4)
        assert outcome.per_byte == pytest.approx(more / len(pair.more) - less / len(pair.less), abs=1e-5)


def test_a_table_counts_what_stands_in_its_outcomes(model, tokenizer):
    table = bias_table(model, tokenizer, pairs())
    rows = {(row.measure, row.family): row for row in table.rows}
    families = [("WinoBias", name) for name in ("all", "type 1", "type 2")]
    assert list(rows) == [*families, (LEANING, "WinoBias sentences")]
    whole = rows["WinoBias", "all"]
    assert whole.n == 8 and whole.share == sum(o.difference > 0 for o in table.outcomes) / 8
    assert whole.difference == pytest.approx(sum(o.difference for o in table.outcomes) / 8)
    assert whole.low <= whole.share <= whole.high and whole.difference_low <= whole.difference <= whole.difference_high
    leaning = rows[LEANING, "WinoBias sentences"]
    assert leaning.share == sum(o.lean * o.difference > 0 for o in table.outcomes) / 8
    assert rows["WinoBias", "type 1"].difference_low is None  # four clusters are too few
    assert json.loads(canonical_json(table))["pairs"] == table.pairs and "mill" not in canonical_json(table).decode()


def test_ties_count_half(model, tokenizer):
    same = [replace(pair, less=pair.more) for pair in pairs()]
    table = bias_table(model, tokenizer, same)
    assert {row.share for row in table.rows} == {0.5} and {row.difference for row in table.rows} == {0.0}


def test_broken_weights_give_no_figure(model, tokenizer, newborn):
    broken = copy.deepcopy(newborn)
    with torch.no_grad():
        broken.embedding.weight.fill_(math.nan)
    with pytest.raises(BadInput, match="no number"):
        bias_table(broken, tokenizer, pairs())


def test_a_being_does_not_differ_from_itself_and_others_are_told_apart(model, newborn, tokenizer):
    a, b = (bias_table(being, tokenizer, pairs()) for being in (model, newborn))
    assert all((g.change, g.fewer, g.more, g.p_value, g.closer) == (0, 0, 0, 1.0, False) for g in gap(a, a))
    for there, back in zip(gap(a, b), gap(b, a), strict=True):
        assert there.change == pytest.approx(-back.change) and (there.fewer, there.more) == (back.more, back.fewer)
        assert there.b == back.a and there.nats_change == pytest.approx(there.b_nats - there.a_nats)
    both = gap([a, b], [b, b])[0]
    assert both.by_being[1] == (both.b, both.b) and both.a == pytest.approx((gap(a, b)[0].a + both.b) / 2)


def test_only_readings_of_the_same_pairs_are_compared(model, tokenizer):
    a, b = bias_table(model, tokenizer, pairs()), bias_table(model, tokenizer, pairs(6))
    for sides in ((a, b), ([], [a])):
        with pytest.raises(ValueError, match="same pairs"):
            gap(*sides)


def test_the_sign_test_is_exact():
    assert sign_test(0, 0) == sign_test(3, 3) == 1.0
    assert sign_test(0, 6) == sign_test(6, 0) == 2 / 64 and sign_test(1, 9) == pytest.approx(2 * 11 / 1024)


@pytest.mark.skipif(not DATA.exists(), reason="the exams of shared/data are not here")
def test_the_real_sets_have_the_sizes_of_the_notes():
    found = read_pairs(DATA)
    kinds = [pair.family for pair in found]
    assert kinds.count("race-color") == 516 and kinds.count("gender") == 262 and kinds.count("disability") == 60
    wanted = [pair for pair in found if pair.measure == "WinoBias"]
    assert len(found) - len(wanted) == 1508 and len(wanted) == 1584 - 19 and len({p.cluster for p in wanted}) == 40
    assert sum(pair.lean == 1 for pair in wanted) == pytest.approx(len(wanted) / 2, abs=10)
