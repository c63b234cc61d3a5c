"""Payouts: out of the wallet and committed first, then sent, and back in the wallet if they fail.

A run looks at payees whose day has come; asking and retrying are one payout more. `drive` talks
to Stripe, as often as needed. Lock order: terms, payout, accounts.
"""

from datetime import date, datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from payments.models import AccountKind, ConnectAccount, MerchantTerms, Payout
from payments.payout_states import PayoutState
from payments.services import balances, chart, ledger, merchant_terms
from socialcommerce.lib import guards
from socialcommerce.lib.money import Money, format_money
from socialcommerce.lib.problems import Conflict


class NoPayout(Conflict):
    """Nothing has moved; the words say what has to happen first."""

    code = "no-payout"
    title = _("That cannot be paid out now")


ATTEMPTS_A_DAY: Final = 5  # of an operator who tries again; then something else is wrong


def run(*, now: datetime, limit: int) -> int:
    """Up to `limit` payees whose day has come are looked at; how many payouts were created.

    Several runs at once share the payees. A day that was missed is made up for by the next run.
    """
    today = merchant_terms.site_day(now)
    due = MerchantTerms.objects.filter(is_held=False, next_run_on__lte=today)
    ids = due.order_by("next_run_on", "pk").values_list("pk", flat=True)[:limit]
    return sum(_run_one(pk, today, now) for pk in list(ids))


def ask(*, profile_id: int, now: datetime) -> Payout:
    """All that is in the wallet is on its way, today. Raises NoPayout."""
    merchant_terms.of(profile_id, now=now)
    with transaction.atomic(durable=True):
        terms = MerchantTerms.objects.select_for_update(no_key=True).get(profile_id=profile_id)
        _refuse_if_held(terms)
        today = merchant_terms.site_day(now)
        if Payout.objects.filter(payee_id=profile_id, run_on=today).exists():
            raise NoPayout(_("There is one payout a day. The next one can be asked for tomorrow."))
        _enabled_account(profile_id)
        payout = _everything(terms, run_on=today, now=now)
        if payout is None:
            raise NoPayout(
                _("There is less than %(minimum)s in the wallet.")
                % {"minimum": format_money(Money(terms.minimum_minor, terms.currency))}
            )
        return payout


def retry(*, payout_id: int, now: datetime) -> Payout:
    """What came back is on its way once more, as a payout of its own.

    Raises NoPayout: it did not fail, was tried again before, or cannot go now.
    """
    with transaction.atomic(durable=True):
        failed = Payout.objects.get(pk=payout_id)
        merchant_terms.of(failed.payee_id, now=now)
        terms = MerchantTerms.objects.select_for_update(no_key=True).get(profile_id=failed.payee_id)
        _refuse_if_held(terms)
        later = Payout.objects.filter(
            payee_id=failed.payee_id,
            currency=failed.currency,
            run_on=failed.run_on,
            attempt__gt=failed.attempt,
        )
        if failed.state != PayoutState.FAILED or later.exists():
            raise NoPayout(_("It has not come back, or was sent again already."))
        if failed.attempt >= ATTEMPTS_A_DAY:
            raise NoPayout(_("It came back too often. The money goes with the next run."))
        account = _enabled_account(failed.payee_id)
        try:
            return _create(
                account,
                amount_minor=failed.amount_minor,
                currency=failed.currency,
                run_on=failed.run_on,
                attempt=failed.attempt + 1,
                now=now,
            )
        except ledger.InsufficientFunds as error:
            raise NoPayout(_("The wallet has less than that by now.")) from error


def _run_one(terms_id: int, today: date, now: datetime) -> bool:
    """Whether a payout was created; looked at it is in any case, until its next day."""
    with transaction.atomic(durable=True):
        terms = _due(terms_id, today)
        if terms is None:
            return False  # another run has it, or had it
        payout = None
        paid = Payout.objects.filter(
            payee_id=terms.profile_id, currency=terms.currency, run_on=today
        )
        if not guards.is_on("payouts.once") or not paid.exists():
            payout = _everything(terms, run_on=today, now=now)
        MerchantTerms.objects.filter(pk=terms_id).update(
            next_run_on=merchant_terms.next_run(terms.payout_every, after=today)
        )
        return payout is not None


def _due(terms_id: int, today: date) -> MerchantTerms | None:
    rows = MerchantTerms.objects.filter(pk=terms_id)
    if guards.is_on("payouts.once"):
        rows = rows.filter(is_held=False, next_run_on__lte=today)
        rows = rows.select_for_update(skip_locked=True, no_key=True)
    return rows.first()


def _refuse_if_held(terms: MerchantTerms) -> None:
    if terms.is_held:
        raise NoPayout(_("Payouts are held: %(reason)s") % {"reason": terms.hold_reason})


def _enabled_account(profile_id: int) -> ConnectAccount:
    account = ConnectAccount.objects.filter(profile_id=profile_id, payouts_enabled=True).first()
    if account is None:
        raise NoPayout(_("The payment service has no bank account to pay to, or asks for more."))
    return account


def _everything(terms: MerchantTerms, *, run_on: date, now: datetime) -> Payout | None:
    """What the wallet has is on its way; None where that is less than the terms' minimum, or
    there is no account to pay to.
    """
    currency = terms.currency
    owner = chart.owner_of(terms.profile_id)
    account = ConnectAccount.objects.filter(
        profile_id=terms.profile_id, payouts_enabled=True
    ).first()
    wallet_id = chart.existing({owner}, AccountKind.WALLET, currency).get(owner)
    if account is None or wallet_id is None:
        return None
    wallet = balances.lock([wallet_id])[wallet_id]
    amount_minor = wallet.posted_minor - wallet.held_minor
    if amount_minor < max(terms.minimum_minor, 1):
        return None
    return _create(account, amount_minor=amount_minor, currency=currency, run_on=run_on, now=now)


def _create(
    account: ConnectAccount,
    *,
    amount_minor: int,
    currency: str,
    run_on: date,
    now: datetime,
    attempt: int = 1,
) -> Payout:
    payout = Payout.objects.create(
        payee_id=account.profile_id,
        account=account,
        amount_minor=amount_minor,
        currency=currency,
        run_on=run_on,
        attempt=attempt,
        drive_at=now,
        created_at=now,
    )
    leg = ledger.Leg(
        chart.wallet(payout.payee_id, currency).pk, chart.clearing(currency).pk, amount_minor
    )
    ledger.post(
        kind="payout",
        scope="payout",
        key=str(payout.pk),
        legs=[leg],
        now=now,
        memo=f"payout:{payout.pk}",
    )
    return payout
