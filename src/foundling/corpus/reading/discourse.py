"""Discourse topics as JSON in, one scene a topic out. Quotes of earlier posts are left out of the turns."""

from collections.abc import Iterator
from typing import Any

from foundling.corpus.dropped import Dropped
from foundling.corpus.reading.document import Unreadable
from foundling.corpus.reading.fragment import fragment_text
from foundling.corpus.reading.items import json_items
from foundling.corpus.reading.opened import Opened
from foundling.corpus.reading.steady import reader
from foundling.corpus.reading.telling import iso_date, left_out, scene
from foundling.records import Story

MOST_POSTS = 2000  # a turn each; longer topics become several scenes


def _posts(topic: Any) -> list[dict[str, Any]]:
    stream = topic.get("post_stream") if isinstance(topic, dict) else None
    posts = stream.get("posts") if isinstance(stream, dict) else topic.get("posts") if isinstance(topic, dict) else None
    return [post for post in posts if isinstance(post, dict)] if isinstance(posts, list) else []


def topic_scenes(opened: Opened, title: str, posts: list[dict[str, Any]], part: str = "") -> Iterator[Story | Dropped]:
    """The scenes of one topic; what moderators and the machine wrote (small actions) is no turn."""
    for start in range(0, len(posts), MOST_POSTS):
        few = [post for post in posts[start:start + MOST_POSTS] if post.get("post_type", 1) == 1]
        said = []
        for post in few:
            handle = str(post.get("name") or post.get("username") or "")
            try:
                said.append((handle, fragment_text(str(post.get("cooked") or post.get("raw") or ""))))
            except ValueError as fault:
                yield left_out(opened, f"has a post that cannot be read ({fault})", title=title, part=part)
        date = iso_date(few[0].get("created_at")) if few else ""
        yield scene(opened, said, title=title, part=part, date=date)


@reader("discourse", "topic with posts")
def read_discourse(opened: Opened) -> Iterator[Story | Dropped]:
    """One topic, or a list of them at the top or under "topics". Posts of a lone topic come one by one."""
    title, posts = "", []
    for item in json_items(opened.stream, ("", "posts", "topics")):
        if not item.listed:
            title = str(item.value) if item.key == "title" and item.depth == 1 else title
        elif item.key == "posts":
            posts.append(item.value)
            if len(posts) > 100 * MOST_POSTS:
                raise Unreadable(f"is one topic of more than {100 * MOST_POSTS:,} posts")
        else:
            topic = item.value if isinstance(item.value, dict) else {}
            yield from topic_scenes(opened, str(topic.get("title") or ""), _posts(topic), str(topic.get("id") or ""))
    yield from topic_scenes(opened, title, [post for post in posts if isinstance(post, dict)])
