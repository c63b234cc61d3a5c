"""People, stores and addresses made up for tests."""

from datetime import UTC, datetime
from typing import Any

import factory
from allauth.account.models import EmailAddress
from factory.django import DjangoModelFactory

from accounts.models import Address, Membership, Profile, ProfileKind, Role, User

PASSWORD = "a-quiet-harbour-9"
JOINED = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


class UserFactory(DjangoModelFactory):
    """A person with a profile and a confirmed email; `handle` and `name` go to the profile."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@plaza.example")

    @classmethod
    def _create(cls, model_class: type[User], *_args: Any, **fields: Any) -> User:
        handle = fields.pop("handle", None)
        name = fields.pop("name", None)
        password = fields.pop("password", PASSWORD)
        user = model_class.objects.create_user(password=password, **fields)
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        handle = handle or f"person_{user.pk}"
        Profile.objects.create(
            kind=ProfileKind.PERSON,
            user=user,
            handle=handle,
            name=name or handle.title(),
            created_at=JOINED,
        )
        return user


class ProfileFactory(DjangoModelFactory):
    """A person's profile, with its user."""

    class Meta:
        model = Profile

    @classmethod
    def _create(cls, _model_class: type[Profile], *_args: Any, **fields: Any) -> Profile:
        chosen = {key: fields.pop(key) for key in ("handle", "name") if key in fields}
        profile: Profile = UserFactory.create(**chosen).profile
        for key, value in fields.items():
            setattr(profile, key, value)
        profile.save()
        return profile


class StoreProfileFactory(DjangoModelFactory):
    """A store's profile; `owner` (a User) becomes its owner."""

    class Meta:
        model = Profile
        skip_postgeneration_save = True

    kind = ProfileKind.STORE
    handle = factory.Sequence(lambda n: f"store_of_{n}x")
    name = factory.Sequence(lambda n: f"Store {n}")
    created_at = JOINED

    @factory.post_generation
    def owner(self: Profile, create: Any, extracted: User | None, **_: Any) -> None:
        if create and extracted:
            MembershipFactory.create(profile=self, user=extracted)


class MembershipFactory(DjangoModelFactory):
    class Meta:
        model = Membership

    profile = factory.SubFactory(StoreProfileFactory)
    user = factory.SubFactory(UserFactory)
    role = Role.OWNER
    created_at = JOINED


class AddressFactory(DjangoModelFactory):
    class Meta:
        model = Address

    profile = factory.SubFactory(ProfileFactory)
    full_name = "Alice Archer"
    line1 = "1 Harbour Street"
    city = "Porto"
    postal_code = "4050-001"
    country = "PT"
