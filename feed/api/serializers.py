"""What the API takes and gives for posts."""

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import Profile, ProfileKind
from feed.models import Post, PostKind, PostPicture, ReportReason
from feed.models.pictures import ALT_TEXT_MAX
from feed.models.posts import TEXT_CHARACTERS_MAX
from feed.models.reports import NOTE_CHARACTERS_MAX
from feed.selectors import Group, PostView
from feed.text import EntityKind, entities

ID_MAX = 2**63 - 1


class PostInput(serializers.Serializer[Any]):
    """JSON, or multipart where pictures come along; `alt_texts` stand in the pictures' order."""

    text = serializers.CharField(
        required=False,
        default="",
        allow_blank=True,
        trim_whitespace=False,
        max_length=TEXT_CHARACTERS_MAX,
    )
    author = serializers.CharField(
        required=False, max_length=20, help_text="Handle of a store that you run."
    )
    in_reply_to = serializers.IntegerField(required=False, min_value=1, max_value=ID_MAX)
    card_type = serializers.CharField(required=False, max_length=32)
    card_id = serializers.IntegerField(required=False, min_value=1, max_value=ID_MAX)
    pictures = serializers.ListField(
        child=serializers.FileField(), required=False, max_length=settings.POST_PICTURES_MAX
    )
    alt_texts = serializers.ListField(
        child=serializers.CharField(allow_blank=True, max_length=ALT_TEXT_MAX),
        required=False,
        max_length=settings.POST_PICTURES_MAX,
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("card_type" in attrs) != ("card_id" in attrs):
            raise serializers.ValidationError("card_type and card_id come together.")
        return attrs


class ReportInput(serializers.Serializer[Any]):
    reason = serializers.ChoiceField(choices=ReportReason.choices)
    note = serializers.CharField(
        required=False, default="", allow_blank=True, max_length=NOTE_CHARACTERS_MAX
    )


class ReportOutput(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    reason = serializers.ChoiceField(choices=ReportReason.choices)
    created_at = serializers.DateTimeField()


class AuthorOutput(serializers.Serializer[Profile]):
    handle = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=ProfileKind.choices)
    is_verified = serializers.BooleanField()
    avatar_url = serializers.CharField(help_text="Empty where there is no picture.")


class PictureOutput(serializers.Serializer[PostPicture]):
    url = serializers.CharField(source="image.url")
    alt_text = serializers.CharField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()


class EntityOutput(serializers.Serializer[Any]):
    """text[start:end] in code points is a link; `value` is a URL, a handle or a topic."""

    kind = serializers.ChoiceField(choices=[kind.value for kind in EntityKind])
    start = serializers.IntegerField()
    end = serializers.IntegerField()
    value = serializers.CharField()


class CardOutput(serializers.Serializer[Any]):
    type = serializers.CharField()
    id = serializers.IntegerField()
    is_available = serializers.BooleanField()


class GroupOutput(serializers.Serializer[Group]):
    """Whom you follow and who posted the same card: `people` did it last, `count` are all."""

    people = AuthorOutput(many=True)
    count = serializers.IntegerField()


class PostOutput(serializers.Serializer[PostView]):
    """A post as a timeline shows it; `reposted_by` says who put it there. With a `group` it is
    the newest of many, which `timelines/grouped/<card type>/<card id>` lists.
    """

    id = serializers.IntegerField(source="post.pk")
    kind = serializers.ChoiceField(source="post.kind", choices=PostKind.choices)
    url = serializers.CharField(source="post.get_absolute_url")
    author = AuthorOutput(source="post.author")
    text = serializers.CharField(source="post.text")
    entities = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField(source="post.created_at")
    in_reply_to = serializers.IntegerField(source="post.in_reply_to_id", allow_null=True)
    reposted_by = AuthorOutput(allow_null=True)
    pictures = PictureOutput(many=True)
    card = serializers.SerializerMethodField()
    reply_count = serializers.IntegerField(source="post.reply_count")
    repost_count = serializers.IntegerField(source="post.repost_count")
    like_count = serializers.IntegerField(source="post.like_count")
    liked = serializers.BooleanField()
    reposted = serializers.BooleanField()
    mine = serializers.BooleanField()
    group = GroupOutput(allow_null=True)

    @extend_schema_field(EntityOutput(many=True))
    def get_entities(self, view: PostView) -> Any:
        return EntityOutput(entities(view.post.text), many=True).data

    @extend_schema_field(CardOutput(allow_null=True))
    def get_card(self, view: PostView) -> dict[str, Any] | None:
        post: Post = view.post
        if post.card_id is None:
            return None
        there = view.card is not None and view.card.card is not None
        return {"type": post.card_type, "id": post.card_id, "is_available": there}


class PostPageOutput(serializers.Serializer[Any]):
    results = PostOutput(many=True)
    next_cursor = serializers.CharField(allow_null=True)
