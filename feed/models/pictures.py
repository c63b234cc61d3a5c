"""Pictures of a post, cleaned of everything that a camera wrote into them."""

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from feed.models.posts import Post

ALT_TEXT_MAX = 1_000  # characters


def picture_path(_picture: "PostPicture", _filename: str) -> str:
    """A name that says nothing about the person, the post or the file they chose."""
    name = uuid4().hex
    return f"posts/{name[:2]}/{name}.webp"


class PostPicture(models.Model):
    post = models.ForeignKey(Post, models.CASCADE, related_name="pictures")
    position = models.PositiveSmallIntegerField()
    image = models.ImageField(
        upload_to=picture_path, width_field="width", height_field="height", max_length=100
    )
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    alt_text = models.CharField(max_length=ALT_TEXT_MAX, blank=True)

    class Meta:
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(name="picture_place_once", fields=["post", "position"]),
            models.CheckConstraint(name="picture_four_places", condition=Q(position__lte=3)),
        ]

    def __str__(self) -> str:
        return self.alt_text or f"picture {self.pk}"
