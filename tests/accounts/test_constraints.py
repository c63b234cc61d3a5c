"""The database itself refuses what must not be, whoever writes."""

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Address, Block, Follow, Membership, Profile, User
from socialcommerce.lib import clock
from tests.factories.accounts import AddressFactory, StoreProfileFactory


def test_an_email_is_kept_in_lower_case(db: None) -> None:
    with pytest.raises(IntegrityError, match="user_email_is_lower_case"), transaction.atomic():
        User(email="Alice@Example.com").save()


def test_an_email_is_unique(alice: User) -> None:
    with pytest.raises(IntegrityError, match="email"), transaction.atomic():
        User(email="alice@example.com").save()


def test_a_handle_is_unique_in_any_case(alice: User) -> None:
    with pytest.raises(IntegrityError, match="profile_handle_unique"), transaction.atomic():
        StoreProfileFactory.create(handle="Alice")


@pytest.mark.parametrize("handle", ["ab", "a b c", "名前名前", "dash-ed", "a\nbc"])
def test_a_handle_has_the_pattern(db: None, handle: str) -> None:
    with pytest.raises(IntegrityError, match="profile_handle_pattern"), transaction.atomic():
        StoreProfileFactory.create(handle=handle)


def test_a_person_has_a_user_and_a_store_has_none(alice: User) -> None:
    with pytest.raises(IntegrityError, match="profile_person_has_user"), transaction.atomic():
        Profile.objects.filter(pk=alice.profile.pk).update(kind="store")


def test_nobody_follows_oneself(alice: User) -> None:
    with pytest.raises(IntegrityError, match="follow_not_oneself"), transaction.atomic():
        Follow.objects.create(
            follower=alice.profile, followed=alice.profile, created_at=clock.now()
        )


def test_nobody_blocks_oneself(alice: User) -> None:
    with pytest.raises(IntegrityError, match="block_not_oneself"), transaction.atomic():
        Block.objects.create(blocker=alice.profile, blocked=alice.profile, created_at=clock.now())


def test_one_follows_somebody_once(alice: User, bob: User) -> None:
    both = {"follower": alice.profile, "followed": bob.profile, "created_at": clock.now()}
    Follow.objects.create(**both)

    with pytest.raises(IntegrityError, match="follow_unique"), transaction.atomic():
        Follow.objects.create(**both)


def test_one_is_a_member_of_a_store_once(alice: User) -> None:
    store = StoreProfileFactory.create(owner=alice)

    with pytest.raises(IntegrityError, match="membership_unique"), transaction.atomic():
        Membership.objects.create(profile=store, user=alice, role="packer", created_at=clock.now())


def test_a_role_is_one_of_the_known(alice: User) -> None:
    store = StoreProfileFactory.create()

    with pytest.raises(IntegrityError, match="membership_role_known"), transaction.atomic():
        Membership.objects.create(profile=store, user=alice, role="king", created_at=clock.now())


def test_a_book_has_one_default(alice: User) -> None:
    AddressFactory.create(profile=alice.profile, is_default=True)

    with pytest.raises(IntegrityError, match="address_one_default"), transaction.atomic():
        AddressFactory.create(profile=alice.profile, is_default=True)


def test_a_removed_address_is_no_default(alice: User) -> None:
    address = AddressFactory.create(profile=alice.profile, is_default=True)

    with pytest.raises(IntegrityError, match="address_default_is_kept"), transaction.atomic():
        Address.objects.filter(pk=address.pk).update(deleted_at=clock.now())


def test_a_country_is_two_capital_letters(alice: User) -> None:
    with pytest.raises(IntegrityError, match="address_country_is_iso"), transaction.atomic():
        AddressFactory.create(profile=alice.profile, country="pt")


@pytest.mark.parametrize("count", ["follower_count", "following_count", "post_count"])
def test_a_count_is_never_below_zero(alice: User, count: str) -> None:
    with pytest.raises(IntegrityError, match=count), transaction.atomic():
        Profile.objects.filter(pk=alice.profile.pk).update(**{count: -1})
