"""Stores: applied for by a person, opened and closed by an operator."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from accounts.services import profiles
from payments.services import merchant_terms
from shop.models import Store
from shop.services import news
from shop.store_states import TRANSITIONS, StoreState
from socialcommerce.lib.problems import Conflict, Invalid


class AlreadyApplied(Conflict):
    code = "already-applied"
    title = _("Your application is with us already")


class StoreMovedOn(Conflict):
    code = "store-state"
    title = _("The store has moved on")


class NotOurCurrency(Invalid):
    code = "store-currency"
    title = _("No store of this site sells in that currency")


def apply(
    *, owner: User, handle: str, name: str, pitch: str, now: datetime, currency: str = ""
) -> Store:
    """A store that waits for an operator, with its profile; `owner` is its first member. It sells
    in that currency, else in the site's, and never in another.

    Opens the transaction. Raises AlreadyApplied, HandleTaken, HandleRefused, NotOurCurrency.
    """
    currency = currency or settings.SITE_CURRENCY
    if currency not in settings.STORE_CURRENCIES:
        raise NotOurCurrency(_("Please choose one of those that are offered."))
    with transaction.atomic(durable=True):
        # The person's row serialises two applications sent at once.
        User.objects.select_for_update(no_key=True).get(pk=owner.pk)
        if waiting_for(owner) is not None:
            raise AlreadyApplied(_("We answer in your notifications."))
        profile = profiles.create_store_profile(
            handle=handle, name=name, bio=pitch[:160], owner=owner, now=now
        )
        return Store.objects.create(
            profile=profile,
            pitch=pitch,
            currency=currency,
            created_at=now,
        )


def waiting_for(owner: User) -> Store | None:
    """The person's application that no operator has answered."""
    return (
        Store.objects.filter(
            state=StoreState.APPLIED,
            profile__memberships__user=owner,
            profile__memberships__role=Role.OWNER,
        )
        .select_related("profile")
        .first()
    )


def approve(*, store_id: int, now: datetime) -> Store:
    """Open: its products can be seen and bought, its members know. Raises StoreMovedOn."""
    with transaction.atomic():
        store = _move(store_id, StoreState.APPROVED, approved_at=now)
        if store.profile.verified_at is None:
            store.profile.verified_at = now
            store.profile.save(update_fields=["verified_at"])
        merchant_terms.welcome(profile_id=store.profile_id, currency=store.currency, now=now)
        news.store_decided(store, "shop.store_approved", now=now)
    return store


def suspend(*, store_id: int, now: datetime) -> Store:
    """Closed: nothing of it can be bought; orders under way go on. Raises StoreMovedOn."""
    with transaction.atomic():
        store = _move(store_id, StoreState.SUSPENDED)
        news.store_decided(store, "shop.store_suspended", now=now)
    return store


def _move(store_id: int, new: StoreState, **fields: object) -> Store:
    store = (
        Store.objects.select_for_update(no_key=True, of=("self",))
        .select_related("profile")
        .get(pk=store_id)
    )
    if new not in TRANSITIONS.moves[StoreState(store.state)]:
        raise StoreMovedOn(_("It is now: %(state)s.") % {"state": store.get_state_display()})
    Store.objects.filter(pk=store_id).update(state=new, **fields)
    store.refresh_from_db(fields=["state", "approved_at"])
    return store
