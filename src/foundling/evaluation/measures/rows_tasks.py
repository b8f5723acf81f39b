"""What the figures of language and tasks are: a table to be read. A name with `*` stands for a family of them."""

from foundling.evaluation.measures.catalogue import Measure

_DOCUMENTS = "bootstrap over documents"
_ITEMS = "bootstrap over items"
_WILSON = "Wilson"
_LIKELIHOOD = "Shannon 1948; small-data notes, section 2"

LANGUAGE = (
    Measure(name="language.bits_per_byte", what="how many bits a byte of held-out text costs the being",
            unit="bits per byte", better="lower", interval=_DOCUMENTS, paper=_LIKELIHOOD),
    Measure(name="language.perplexity", what="how many tokens it hesitates between; it depends on the tokenizer",
            unit="per token", better="lower", interval=_DOCUMENTS, paper="Jelinek et al. 1977"),
    Measure(name="language.bits_per_byte_train", what="the same of text that it was raised on", unit="bits per byte",
            better="none", interval=_DOCUMENTS, paper=_LIKELIHOOD),
    Measure(name="language.train_gap", what="by how much held-out text costs it more than its training text",
            unit="bits per byte", better="lower", interval="MOVER of two bootstraps (Zou and Donner 2008)",
            paper=_LIKELIHOOD),
    Measure(name="language.bits_per_byte.*",
            what="the same of a slice: form, source, length of document, place in it, words by how often it saw them",
            unit="bits per byte", better="lower", interval=_DOCUMENTS, paper=_LIKELIHOOD),
)

CONTINUATION = (
    Measure(name="continuation.bleu", what="n-grams of words that its continuations share with the authors'",
            unit="0 to 100, with sacrebleu's signature", better="higher", interval=_ITEMS,
            paper="Papineni et al. 2002; Post 2018, arXiv 1804.08771"),
    Measure(name="continuation.chrf", what="n-grams of characters that its continuations share with the authors'",
            unit="0 to 100, with sacrebleu's signature", better="higher", interval=_ITEMS, paper="Popovic 2015"),
    Measure(name="continuation.rouge_l", what="the longest common subsequence of words with the authors'",
            unit="share", better="higher", interval=_ITEMS, paper="Lin 2004"),
    Measure(name="continuation.f1", what="words shared with the authors', as a bag", unit="share", better="higher",
            interval=_ITEMS, paper="Rajpurkar et al. 2016, arXiv 1606.05250"),
    Measure(name="continuation.next_word", what="how often its very next word is the author's", unit="share",
            better="higher", interval=_WILSON, paper="Paperno et al. 2016, arXiv 1606.06031 (greedy)"),
    Measure(name="continuation.*_shuffled", what="the same against another document's continuation: chance",
            unit="as the figure", better="none", interval="as the figure", paper="this project"),
    Measure(name="continuation.*_gain", what="how much more it shares with the right continuation, by pair",
            unit="share", better="higher", interval=_ITEMS, paper="this project"),
)

TASKS = (
    Measure(name="blimp.all", what="how often it finds the grammatical of two sentences likelier; ties count half",
            unit="share", better="higher",
            interval="bootstrap within paradigms, n - 1 of n drawn (Rao and Wu 1988)",
            paper="Warstadt et al. 2020, arXiv 1912.00582"),
    Measure(name="blimp.field.*", what="the same of a field: morphology, syntax, semantics, both", unit="share",
            better="higher", interval="bootstrap within paradigms", paper="Warstadt et al. 2020, arXiv 1912.00582"),
    Measure(name="blimp.*", what="the same of one of the 67 paradigms", unit="share", better="higher",
            interval=_WILSON, paper="Warstadt et al. 2020, arXiv 1912.00582"),
    Measure(name="piqa.accuracy", what="how often it finds the right of two ways to a goal likelier, by nats per byte",
            unit="share", better="higher", interval=_WILSON, paper="Bisk et al. 2020, arXiv 1911.11641"),
    Measure(name="piqa.accuracy_sum", what="the same by summed nats, which favour the shorter way", unit="share",
            better="higher", interval=_WILSON, paper="Bisk et al. 2020, arXiv 1911.11641"),
    Measure(name="world.reading", what="how much more often it is right about the world when it has read the text",
            unit="share", better="higher", interval=_ITEMS, paper="this project; Kaushik and Lipton 2018 (unread)"),
    Measure(name="world.answers.exact_match", what="questions answered in the very words of the right answer",
            unit="share", better="higher", interval=_WILSON, paper="Rajpurkar et al. 2016, arXiv 1606.05250"),
    Measure(name="world.answers.f1", what="words that its own answers share with the right ones", unit="share",
            better="higher", interval=_ITEMS, paper="Rajpurkar et al. 2016, arXiv 1606.05250"),
    Measure(name="world.answers.f1_shuffled", what="words that they share with another question's: chance",
            unit="share", better="none", interval=_ITEMS, paper="this project"),
    Measure(name="world.answers.f1_gain", what="how many more they share with the right ones, by question",
            unit="share", better="higher", interval=_ITEMS, paper="this project"),
    Measure(name="world.*.chance", what="the share that guessing would get", unit="share", better="none",
            interval="exact", paper="this project"),
    Measure(name="world.*.unread", what="the share right without the text", unit="share", better="none",
            interval="none", paper="Kaushik and Lipton 2018, arXiv 1808.04926"),
    Measure(name="world.*", what="questions of the simulated world answered rightly by likelihood; a tie is wrong",
            unit="share", better="higher", interval=_WILSON, paper="this project"),
)

TURNS = (
    Measure(name="turns.next_speaker", what="how often the likeliest next speaker among those present does speak next",
            unit="share", better="higher", interval=_WILSON, paper="this project; data: Kummerfeld et al. 2019, CRD3"),
    Measure(name="turns.next_speaker.last_but_one", what="the same by naming whoever spoke before the last speaker",
            unit="share", better="none", interval=_WILSON, paper="this project"),
    Measure(name="turns.next_speaker.most_frequent", what="the same by naming whoever spoke most", unit="share",
            better="none", interval=_WILSON, paper="this project"),
    Measure(name="turns.next_speaker.chance", what="the same by guessing", unit="share", better="none",
            interval="exact", paper="this project"),
    Measure(name="turns.next_speaker.gain", what="how much more often it is right than the better baseline, by moment",
            unit="share", better="higher", interval=_ITEMS, paper="this project"),
    Measure(name="turns.next_speaker.calibration_error", what="how far its certainty is from how often it is right",
            unit="share, bins of equal mass", better="lower", interval=_ITEMS,
            paper="Guo et al. 2017, arXiv 1706.04599; Nixon et al. 2019, arXiv 1904.01685"),
    Measure(name="turns.next_speaker.brier", what="squared distance of its probabilities from what happened",
            unit="0 to 2", better="lower", interval=_ITEMS, paper="Brier 1950"),
    Measure(name="turns.next_speaker.*", what="the next speaker in one kind of talk", unit="share", better="higher",
            interval=_WILSON, paper="this project"),
    Measure(name="turns.end_auc", what="how well the probability of a turn's end tells where turns end",
            unit="area under the curve", better="higher", interval="bootstrap over stretches of talk",
            paper="Fawcett 2006; Skantze 2021"),
    Measure(name="turns.end_auc_at_sentence_ends", what="the same only where a sentence ends anyway",
            unit="area under the curve", better="higher", interval="bootstrap over stretches of talk",
            paper="Fawcett 2006; Skantze 2021"),
    Measure(name="turns.silence_auc", what="how well the probability of silence tells where nobody spoke; only of "
            "held-out scenes, which a home has none of",
            unit="area under the curve", better="higher", interval="bootstrap over stretches of talk",
            paper="Fawcett 2006; this project"),
)

DOWNSTREAM = (
    Measure(name="downstream.accuracy", what="share of labels foretold from text, over all folds", unit="share",
            better="higher", interval=_WILSON, paper="Kohavi 1995 (k folds)"),
    Measure(name="downstream.macro_f1", what="the mean of the classes' F1", unit="share", better="higher",
            interval=_ITEMS, paper="Opitz and Burst 2019, arXiv 1911.03347"),
    Measure(name="downstream.calibration_error", what="how far its certainty is from how often it is right",
            unit="share, bins of equal mass", better="lower", interval=_ITEMS,
            paper="Guo et al. 2017, arXiv 1706.04599"),
    Measure(name="downstream.brier", what="squared distance of its probabilities from the labels", unit="0 to 2",
            better="lower", interval=_ITEMS, paper="Brier 1950"),
    Measure(name="downstream.gain.*", what="by how much it is above the better of its two baselines, by row",
            unit="share", better="higher", interval=_ITEMS, paper="this project"),
)

ROWS = (*LANGUAGE, *CONTINUATION, *TASKS, *TURNS, *DOWNSTREAM)
