"""Posts as something that can be reported."""

from datetime import datetime

from django.utils.text import Truncator
from django.utils.translation import gettext as _

from accounts.models import Profile
from feed.models import Post
from feed.reportables import Reportable, Reported
from feed.services import moderation


def load(post_id: int, viewer: Profile | None) -> Reported | None:
    posts = Post.objects.all() if viewer is None else Post.objects.visible_to(viewer)
    post = posts.select_related("author").filter(pk=post_id).first()
    if post is None:
        return None
    words = Truncator(post.text).chars(120) or _("A post without words")
    return Reported(f"@{post.author.handle}: {words}", post.get_absolute_url(), post.author_id)


def hide(post_id: int, *, reason: str, now: datetime) -> None:
    moderation.hide(post_id=post_id, reason=reason, now=now)


POST = Reportable(key="post", load=load, hide=hide)
