"""A merchant's account at Stripe: begun here, filled in on Stripe's page, looked at again."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from payments import gateway
from payments.models import ConnectAccount, ConnectState
from payments.services import payout_news
from socialcommerce.lib.problems import Conflict, Problem

# Stripe forgets a key after 24 hours: what was sent before then is looked for, not sent again.
KEY_KEPT: Final = timedelta(hours=23)


class ConnectAway(Problem):
    code = "payout-service-away"
    status = 503
    title = _("The payment service does not answer")


class ConnectRefused(Conflict):
    code = "payout-account-refused"
    title = _("The payment service could not open an account")


@dataclass(frozen=True, slots=True)
class Onboarding:
    """Who begins, and the two ways back from Stripe's page (paths of this site)."""

    profile_id: int
    country: str
    email: str
    return_path: str
    refresh_path: str


def begin(wanted: Onboarding, *, now: datetime) -> str:
    """The address of Stripe's page on which the merchant goes on, from wherever they stopped.

    Talks to Stripe, outside any transaction. Raises ConnectAway, ConnectRefused.
    """
    account, _made = ConnectAccount.objects.get_or_create(
        profile_id=wanted.profile_id,
        defaults={
            "country": wanted.country,
            "email": wanted.email,
            "created_at": now,
            "updated_at": now,
        },
    )
    with _asking_stripe():
        if account.stripe_id is None:
            result = _find_or_create(account, now)
            account = apply(account_id=account.pk, result=result, now=now)
        return gateway.create_onboarding_page(
            account_id=account.stripe_id or "",
            refresh_url=settings.SITE_URL + wanted.refresh_path,
            return_url=settings.SITE_URL + wanted.return_path,
        )


def refresh(*, account_id: int, now: datetime) -> ConnectAccount:
    """The account says what Stripe says. Outside any transaction; for pages, events and sweeps.

    Raises ConnectAway, ConnectRefused.
    """
    account = ConnectAccount.objects.get(pk=account_id)
    if account.stripe_id is None:
        return account
    with _asking_stripe():
        result = gateway.retrieve_account(account.stripe_id)
    return apply(account_id=account_id, result=result, now=now)


def apply(*, account_id: int, result: gateway.ConnectResult, now: datetime) -> ConnectAccount:
    """The row is as that answer; a store that may not be paid out any more hears of it."""
    with transaction.atomic(durable=True):
        account = ConnectAccount.objects.select_for_update(no_key=True).get(pk=account_id)
        if account.stripe_id not in {None, result.id}:
            raise ConnectRefused(_("There is another account already."))
        before = account.state
        account.stripe_id = result.id
        account.charges_enabled = result.charges_enabled
        account.payouts_enabled = result.payouts_enabled
        account.details_submitted = result.details_submitted
        account.requirements = {
            "missing": list(result.missing),
            "disabled_reason": result.disabled_reason,
        }
        account.state = _state(result)
        account.updated_at = now
        account.save()
        stopped = {ConnectState.RESTRICTED, ConnectState.REJECTED}
        if account.state != before and account.state in stopped:
            payout_news.account_stopped(account, now=now)
        return account


def _state(result: gateway.ConnectResult) -> ConnectState:
    if result.disabled_reason.startswith("rejected"):
        return ConnectState.REJECTED
    if result.payouts_enabled:
        return ConnectState.ENABLED
    return ConnectState.RESTRICTED if result.details_submitted else ConnectState.BEGUN


def _find_or_create(account: ConnectAccount, now: datetime) -> gateway.ConnectResult:
    metadata = {"connect_account": str(account.pk)}
    found = None
    if now - account.created_at > KEY_KEPT:
        found = gateway.find_account(metadata=metadata, since=account.created_at)
    return found or gateway.create_account(
        email=account.email,
        country=account.country,
        metadata=metadata,
        idempotency_key=f"connect:{account.pk}",
    )


@contextmanager
def _asking_stripe() -> Iterator[None]:
    try:
        yield
    except (gateway.Unavailable, gateway.NotConfigured) as error:
        raise ConnectAway(_("Nothing was changed. Please try again in a few minutes.")) from error
    except gateway.Rejected as error:
        raise ConnectRefused(str(error)) from error
