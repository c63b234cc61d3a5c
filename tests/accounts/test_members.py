"""Who acts for a store."""

import pytest

from accounts import selectors
from accounts.models import Membership, Role, User
from accounts.services import memberships, profiles
from socialcommerce.lib import clock
from tests.factories.accounts import MembershipFactory, StoreProfileFactory


def test_a_new_store_has_its_owner(alice: User) -> None:
    store = profiles.create_store_profile(
        handle="harbour_books", name="Harbour Books", bio="", owner=alice, now=clock.now()
    )

    assert (store.kind, store.user) == ("store", None)
    assert store.memberships.get().role == Role.OWNER
    assert selectors.managed_profile_ids(alice) == {store.pk}


def test_a_store_with_a_taken_handle_leaves_nothing(alice: User) -> None:
    with pytest.raises(profiles.HandleTaken):
        profiles.create_store_profile(
            handle="Alice", name="Copycat", bio="", owner=alice, now=clock.now()
        )

    assert not Membership.objects.exists()


def test_roles_narrow_what_one_manages(alice: User) -> None:
    own = StoreProfileFactory.create(owner=alice)
    other = MembershipFactory.create(user=alice, role=Role.PACKER).profile

    assert selectors.managed_profile_ids(alice) == {own.pk, other.pk}
    assert selectors.managed_profile_ids(alice, [Role.OWNER, Role.MANAGER]) == {own.pk}


def test_adding_somebody_again_changes_the_role(alice: User, bob: User) -> None:
    store = StoreProfileFactory.create(owner=alice)
    for role in (Role.PACKER, Role.MANAGER):
        memberships.add(profile=store, user=bob, role=role, now=clock.now())

    assert store.memberships.get(user=bob).role == Role.MANAGER


def test_the_last_owner_stays(alice: User, bob: User) -> None:
    store = StoreProfileFactory.create(owner=alice)
    memberships.add(profile=store, user=bob, role=Role.MANAGER, now=clock.now())

    with pytest.raises(memberships.LastOwner):
        memberships.remove(profile=store, user=alice)
    with pytest.raises(memberships.LastOwner):
        memberships.add(profile=store, user=alice, role=Role.PACKER, now=clock.now())


def test_an_owner_leaves_when_there_is_another(alice: User, bob: User) -> None:
    store = StoreProfileFactory.create(owner=alice)
    memberships.add(profile=store, user=bob, role=Role.OWNER, now=clock.now())

    assert memberships.remove(profile=store, user=alice)
    assert not memberships.remove(profile=store, user=alice)


def test_a_person_has_no_members(alice: User, bob: User) -> None:
    with pytest.raises(memberships.NotAStore):
        memberships.add(profile=alice.profile, user=bob, role=Role.OWNER, now=clock.now())
