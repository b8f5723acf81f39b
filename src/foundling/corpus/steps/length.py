"""A story in, the same or the reason why it is too short or too long out. It counts words between spaces, and bytes."""

from dataclasses import dataclass

from foundling.corpus.dropped import Dropped
from foundling.corpus.steps.kinds import left_out
from foundling.records import Story


@dataclass(frozen=True, kw_only=True)
class Length:
    """Bounds for every kind: words between white space, and bytes of UTF-8 (0: no bound).

    `most_bytes` is there for what is no document but a dump that no reader took apart: the Bible has 4.5 million.
    """

    name: str = "length"
    least_words: int = 0
    most_words: int = 0
    most_bytes: int = 16_000_000

    def __call__(self, story: Story) -> Story | Dropped:
        """The very same story, or a drop."""
        text = story.text
        if self.most_bytes and len(text) * 4 > self.most_bytes and story.bytes > self.most_bytes:
            return left_out(story, self.name,
                            f"has {story.bytes:,} bytes, more than {self.most_bytes:,}: is it one document?")
        if self.least_words and len(text.split(None, self.least_words)) < self.least_words:
            return left_out(story, self.name, f"has {len(text.split())} words, fewer than {self.least_words}")
        if self.most_words and len(text) > 2 * self.most_words and (count := len(text.split())) > self.most_words:
            return left_out(story, self.name, f"has {count:,} words, more than {self.most_words:,}")
        return story
