from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Profile
from feed.models.posts import Post


class Like(models.Model):
    profile = models.ForeignKey(Profile, models.CASCADE, related_name="likes")
    post = models.ForeignKey(Post, models.CASCADE, related_name="likes")
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("like")
        verbose_name_plural = _("likes")
        constraints = [models.UniqueConstraint(name="like_once", fields=["profile", "post"])]

    def __str__(self) -> str:
        return f"{self.profile_id} likes {self.post_id}"
