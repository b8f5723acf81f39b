"""What the figures of character and health are: a table to be read. A name that ends in `*` stands for a family."""

from foundling.evaluation.measures.catalogue import Direction, Measure

_TEMPLATES = "bootstrap over templates; Wilson over them where nothing varies"
_ITEMS = "bootstrap over items"
_WILSON = "Wilson"
_LEFT_OUT = "jackknife with Student's t (Tukey 1958)"
_SAMPLES = "jackknife over samples (Tukey 1958)"
_MACHINE = "none: one machine at one moment"
_EXAM = "this project (naming notes, section 6)"


def _row(name: str, what: str, unit: str, better: Direction, interval: str, paper: str) -> Measure:
    return Measure(name=name, what=what, unit=unit, better=better, interval=interval, paper=paper)


NAME = (
    _row("name.hold", "how often it holds its own name when asked, pressed or among several", "share", "higher",
         _TEMPLATES, _EXAM),
    _row("name.leak", "how often somebody else in the room takes its name", "share", "lower", _TEMPLATES, _EXAM),
    _row("name.hold.*", "the same of one kind of question", "share", "higher", _WILSON, _EXAM),
    _row("name.leak.*", "the same of one kind of room", "share", "lower", _WILSON, _EXAM),
    _row("name.claimed", "how often it says of itself, in a clear form, that the name is its own", "share", "higher",
         _WILSON, _EXAM),
    _row("name.margin", "by how many nats its own name is likelier than false ones where it should be said", "nats",
         "higher", _ITEMS, "this project (naming notes, section 7)"),
    _row("name.margin_first", "how often its own name is the likeliest of all", "share", "higher", _WILSON,
         "this project (naming notes, section 7)"),
    _row("name.persistence.*", "how often the name is held so many turns of others' talk after it was said", "share",
         "higher", _WILSON, "this project, after Li et al. 2024, arXiv 2402.10962"),
    _row("name.persistence.in_view.*", "in how many of these the introduction still stood in the context", "share",
         "none", "exact", "this project"),
    _row("name.persistence.loss", "how much is lost from no talk between to the most, by conversation", "share",
         "lower", _ITEMS, "this project, after Li et al. 2024, arXiv 2402.10962"),
)

VOICE = (
    _row("voice.own", "how often two texts of the being from different rooms are nearer than one of it and one of "
         "another speaker of the same model", "area under the curve", "higher", f"{_LEFT_OUT} over rooms",
         "Burrows 2002; Stamatatos 2009; Koppel and Winter 2014"),
    _row("voice.others", "the same of speakers with names that nobody taught it, in the mean", "area under the curve",
         "none", "none", "this project"),
    _row("voice.shuffled", "the same with speakers shuffled within rooms: chance", "area under the curve", "none",
         "the band that holds 95% of 500 shuffles", "Fisher 1935"),
)

FEELINGS = (
    _row("feelings.macro_f1", "how well a logistic head on its states tells Ekman's feelings of unseen remarks apart",
         "share", "higher", _ITEMS, "Demszky et al. 2020, arXiv 2005.00547; Alain and Bengio 2016, arXiv 1610.01644"),
    _row("feelings.accuracy", "the share of these that it tells rightly", "share", "higher", _WILSON,
         "Demszky et al. 2020, arXiv 2005.00547"),
    _row("feelings.majority.*", "the same by always saying the commonest feeling", "share", "none", "as the figure",
         "this project"),
    _row("feelings.bag_of_words.*", "the same by words and pairs of them alone", "share", "none", "as the figure",
         "this project"),
    _row("feelings.gain.*", "how far the head is above the better of the two, by remark", "share", "higher", _ITEMS,
         "this project"),
)

WRITING = (
    _row("health.repeated_4grams.*", "4-grams of words that stood before in the same sample", "share", "lower",
         _SAMPLES, "Welleck et al. 2020, arXiv 1908.04319"),
    _row("health.distinct_*", "different n-grams of words among all; compare equal numbers of words only", "share",
         "none", _SAMPLES, "Li et al. 2016, arXiv 1510.03055"),
    _row("health.repeated_4grams.people", "the same of as much held-out text", "share", "none", _SAMPLES,
         "this project"),
    _row("health.distinct_?.people", "the same of as much held-out text", "share", "none", _SAMPLES, "this project"),
    _row("health.ended.*", "samples that end by themselves within 120 ids", "share", "none", _WILSON,
         "this project, after Welleck et al. 2020, arXiv 2002.02492"),
    _row("health.words.*", "words of a sample in the mean", "words", "none", "none", "this project"),
    _row("memorisation.longest_run.*", "the most words in a row that stand in one training document", "words", "lower",
         "none: a maximum", "Carlini et al. 2021, arXiv 2012.07805"),
    _row("memorisation.copied_50.*", "windows of 50 characters that stand in a training document", "share", "lower",
         "bootstrap over samples; Wilson over them where nothing varies",
         "Lee et al. 2022, arXiv 2107.06499 (windows of 50)"),
    _row("memorisation.longest_run.people", "the same of as much held-out text: stock phrases", "words", "none",
         "none: a maximum", "this project"),
    _row("memorisation.copied_50.people", "the same of as much held-out text: stock phrases", "share", "none",
         "bootstrap over stretches", "this project"),
    _row("emitted.insults", "words of a list of mild insults in free writing", "per 10,000 words", "lower",
         "the wider of Poisson (Garwood 1936) and a bootstrap over samples", "this project; a word list hears no tone"),
    _row("emitted.slurs", "words of a hashed list of swearing and slurs in free writing", "per 10,000 words", "lower",
         "the wider of Poisson (Garwood 1936) and a bootstrap over samples", "this project; a word list hears no tone"),
    _row("emitted.personal", "mail, telephone, account and other numbers of people in free writing",
         "per 10,000 words", "lower", "the wider of Poisson (Garwood 1936) and a bootstrap over samples",
         "Carlini et al. 2021, arXiv 2012.07805"),
    _row("emitted.*.training", "the same of its training text", "per 10,000 words", "none", "as the figure",
         "this project"),
    _row("emitted.personal.known", "of the personal data written, how many stand in the training text", "share",
         "lower", _WILSON, "Carlini et al. 2021, arXiv 2012.07805"),
)

SECRETS = (
    _row("memorisation.exposure.told_*", "how far planted words rank above others like them, by how often they were "
         "told; told_0 were never planted", "bits, at most 8", "lower", "bootstrap over canaries",
         "Carlini et al. 2019, arXiv 1802.08232"),
    _row("memorisation.exposure.expected", "what a canary that nobody read is expected to have", "bits", "none",
         "exact", "Carlini et al. 2019, arXiv 1802.08232"),
    _row("memorisation.exposure.first", "planted canaries that are the likeliest of all", "share", "lower", _WILSON,
         "Carlini et al. 2019, arXiv 1802.08232"),
)

BIAS = (
    _row("bias.crows_pairs", "how often the sentence that stereotypes more is the likelier; one half is no leaning",
         "share", "none", "bootstrap over pairs", "Nangia et al. 2020, arXiv 2010.00133; its faults: Blodgett et al. "
         "2021"),
    _row("bias.crows_pairs.*", "the same of one kind of stereotype", "share", "none", "bootstrap over pairs",
         "Nangia et al. 2020, arXiv 2010.00133"),
    _row("bias.winobias", "how often the pronoun of the stereotype is the likelier; one half is no leaning", "share",
         "none", "bootstrap over occupations", "Zhao et al. 2018, arXiv 1804.06876"),
    _row("bias.winobias.*", "the same of one type of sentence", "share", "none", "bootstrap over occupations",
         "Zhao et al. 2018, arXiv 1804.06876"),
    _row("bias.he_or_she", "how often he is likelier than she in these sentences", "share", "none",
         "bootstrap over occupations", "Zhao et al. 2018, arXiv 1804.06876"),
)

CALIBRATION = (
    _row("calibration.error", "how far the probability of the likeliest next token is from how often it comes",
         "share, 15 bins of equal mass", "lower", "bootstrap over documents",
         "Guo et al. 2017, arXiv 1706.04599; Nixon et al. 2019, arXiv 1904.01685"),
    _row("calibration.overconfidence", "how much surer than right it is", "share", "none", "bootstrap over documents",
         "Guo et al. 2017, arXiv 1706.04599"),
    _row("calibration.accuracy", "how often the likeliest next token comes", "share", "higher",
         "bootstrap over documents", "Guo et al. 2017, arXiv 1706.04599"),
    _row("calibration.temperature", "the temperature that makes this text likeliest; 1 is calibrated in the mean",
         "times", "none", "sandwich over documents (White 1982)", "Guo et al. 2017, arXiv 1706.04599"),
    _row("calibration.error_mended", "the error at that temperature, on the text it was fitted to",
         "share, 15 bins of equal mass", "none", "none", "Guo et al. 2017, arXiv 1706.04599"),
)

COST = (
    _row("cost.ids_per_second.*", "new ids a second, greedily, one stream or sixteen, in float32 and plain torch",
         "ids a second", "higher", _MACHINE, "this project"),
    _row("cost.open", "seconds to open the weights", "seconds", "lower", _MACHINE, "this project"),
    _row("cost.memory", "the most memory of a process that does nothing but speak", "MB", "lower", _MACHINE,
         "this project"),
    _row("cost.memory_without", "of it, what Python and torch hold before the weights are opened", "MB", "none",
         _MACHINE, "this project"),
    _row("cost.disk", "all files of the generation", "MB", "lower", "exact", "this project"),
    _row("cost.parameters", "weights, the embedding counted once", "parameters", "none", "exact", "this project"),
)

ROWS = (*NAME, *VOICE, *FEELINGS, *WRITING, *SECRETS, *BIAS, *CALIBRATION, *COST)
