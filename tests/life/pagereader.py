"""What tests of pages share: a reader that fails on tags that do not close in order, and hostile words."""

from html.parser import HTMLParser

HOSTILE = "<script>alert('x')</script>\"><img src=x onerror=alert(1)>&amp;\x00\u202e\ud800"
VOID = {"meta", "img", "br", "link"}


class Page(HTMLParser):
    """Tags with attributes, and the text that a reader sees; fails on tags that do not close in order."""

    def __init__(self, source):
        super().__init__()
        self.tags, self.open, self.text, self.headings = [], [], [], []
        self.feed(source)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" not in self.open:
            self.text.append(data)
        if self.open and self.open[-1] == "h2":
            self.headings.append(data)

    @property
    def words(self):
        return " ".join(" ".join(self.text).split())

    def names(self):
        return {tag for tag, _ in self.tags}
