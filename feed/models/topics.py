"""What a post is about and whom it names."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Profile
from feed.models.posts import Post

TAG_CHARACTERS_MAX = 100


class TopicTag(models.Model):
    """A topic in its canonical form; `#Plaza` and `#plaza` are one."""

    tag = models.CharField(max_length=TAG_CHARACTERS_MAX, unique=True)
    created_at = models.DateTimeField()
    posts = models.ManyToManyField(Post, through="PostTopic", related_name="topics")

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        constraints = [models.CheckConstraint(name="topic_is_named", condition=~Q(tag=""))]

    def __str__(self) -> str:
        return f"#{self.tag}"

    def get_absolute_url(self) -> str:
        return reverse("feed:topic", args=[self.tag])


class PostTopic(models.Model):
    post = models.ForeignKey(Post, models.CASCADE, related_name="+")
    topic = models.ForeignKey(TopicTag, models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(name="post_topic_once", fields=["topic", "post"])]

    def __str__(self) -> str:
        return f"{self.topic_id} {self.post_id}"


class Mention(models.Model):
    post = models.ForeignKey(Post, models.CASCADE, related_name="mentions")
    profile = models.ForeignKey(Profile, models.CASCADE, related_name="mentioned_in")

    class Meta:
        constraints = [models.UniqueConstraint(name="mention_once", fields=["post", "profile"])]

    def __str__(self) -> str:
        return f"{self.post_id} {self.profile_id}"
