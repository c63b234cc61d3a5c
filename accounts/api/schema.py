"""What the endpoints of accounts take and give."""

from typing import Any

from rest_framework import serializers

from accounts import countries, selectors
from accounts.models import Address, Membership, Notification, Profile, User
from accounts.services.profiles import NAME_MAX
from socialcommerce.lib import names
from socialcommerce.lib.api import ProblemSerializer

PROBLEM_JSON = "application/problem+json"
ID_MAX = 2**63 - 1


def refusals(*statuses: int) -> dict[Any, Any]:
    """For `responses` of a schema: these statuses answer with a problem."""
    return {(status, PROBLEM_JSON): ProblemSerializer for status in statuses}


class RelationOutput(serializers.Serializer[selectors.Relation]):
    is_self = serializers.BooleanField()
    follows = serializers.BooleanField()
    is_followed_by = serializers.BooleanField()
    blocks = serializers.BooleanField()
    is_blocked_by = serializers.BooleanField()


class ProfileOutput(serializers.ModelSerializer[Profile]):
    avatar_url = serializers.CharField(help_text="Empty where the initial stands in.")
    is_verified = serializers.BooleanField()
    url = serializers.CharField(source="get_absolute_url")

    class Meta:
        model = Profile
        fields = (
            "handle",
            "name",
            "kind",
            "bio",
            "avatar_url",
            "is_verified",
            "follower_count",
            "following_count",
            "post_count",
            "url",
        )


class ProfileRowOutput(serializers.Serializer[selectors.ProfileRow]):
    profile = ProfileOutput()
    relation = RelationOutput(allow_null=True, help_text="Null without a login.")


class ProfilePageOutput(serializers.Serializer[Any]):
    results = ProfileRowOutput(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class StoreOutput(serializers.ModelSerializer[Membership]):
    handle = serializers.CharField(source="profile.handle")

    class Meta:
        model = Membership
        fields = ("handle", "role")


class MeOutput(serializers.ModelSerializer[User]):
    profile = ProfileOutput()
    stores = StoreOutput(source="memberships", many=True)

    class Meta:
        model = User
        fields = ("email", "is_operator", "frozen_at", "profile", "stores")


class MeInput(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=50, required=False)
    bio = serializers.CharField(max_length=160, required=False, allow_blank=True)

    def validate_name(self, name: str) -> str:
        try:
            return names.clean(name, most=NAME_MAX)
        except names.BadName as problem:
            raise serializers.ValidationError(str(problem.detail)) from problem


class TokenInput(serializers.Serializer[Any]):
    email = serializers.EmailField()
    password = serializers.CharField(trim_whitespace=False, max_length=128)


class TokenOutput(serializers.Serializer[Any]):
    token = serializers.CharField(help_text="Send it as `Authorization: Token <token>`.")


class AddressSerializer(serializers.ModelSerializer[Address]):
    country = serializers.RegexField("^[A-Z]{2}$", help_text="ISO 3166-1 alpha-2.")

    class Meta:
        model = Address
        fields = (
            "id",
            "full_name",
            "line1",
            "line2",
            "city",
            "region",
            "postal_code",
            "country",
            "phone",
            "is_default",
        )

    def validate_country(self, code: str) -> str:
        if not countries.is_country(code):
            raise serializers.ValidationError("There is no such country.")
        return code


class NoticeOutput(serializers.Serializer[Notification]):
    id = serializers.IntegerField()
    kind = serializers.CharField()
    actor = ProfileOutput(allow_null=True)
    url = serializers.CharField()
    data = serializers.DictField()  # type: ignore[assignment]  # our own word
    created_at = serializers.DateTimeField()
    read_at = serializers.DateTimeField(allow_null=True)


class NoticePageOutput(serializers.Serializer[Any]):
    results = NoticeOutput(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class ReadInput(serializers.Serializer[Any]):
    up_to = serializers.IntegerField(
        min_value=1,
        max_value=ID_MAX,
        required=False,
        help_text="The newest id that was seen; without it everything is read.",
    )


class ReadOutput(serializers.Serializer[Any]):
    marked = serializers.IntegerField(help_text="How many were unread.")
