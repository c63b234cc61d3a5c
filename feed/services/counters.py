"""Numbers that stand on posts and profiles, moved in the transaction that made them true.

Order of locks: the post that was answered, then the author's profile.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable

from django.db.models import F

from accounts.models import Profile
from feed.models import Post, PostKind


def count(posts: Iterable[Post], *, step: int) -> None:
    """Answers and authors' posts went up (`step` 1) or down (-1) by these posts; no reposts."""
    counted = [post for post in posts if post.kind != PostKind.REPOST]
    answered = Counter(post.in_reply_to_id for post in counted if post.in_reply_to_id)
    for number, ids in _by_number(answered).items():
        Post.objects.filter(pk__in=ids).update(reply_count=F("reply_count") + step * number)
    for number, ids in _by_number(Counter(post.author_id for post in counted)).items():
        Profile.objects.filter(pk__in=ids).update(post_count=F("post_count") + step * number)


def _by_number(counts: "Counter[int]") -> dict[int, list[int]]:
    """Those with the same number go in one statement: thousands of authors of one post each."""
    grouped: dict[int, list[int]] = defaultdict(list)
    for key, number in sorted(counts.items()):
        grouped[number].append(key)
    return grouped
