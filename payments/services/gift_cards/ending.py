"""A gift card ends: its time is over, or an operator revokes it.

What is left goes back to whoever paid for it: the buyer's wallet, or the site's marketing. What is
set aside for a payment under way is left to that payment; if it dies, a sweep finds the money.
"""

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from payments.gift_card_states import ENDED, TRANSITIONS, GiftCardState
from payments.models import Account, GiftCard
from payments.services import balances, chart, ledger
from payments.services.gift_cards.codes import GiftCardEnded
from payments.services.gift_cards.making import reference

logger = logging.getLogger(__name__)


def end_due(*, now: datetime, limit: int) -> int:
    """Up to `limit` cards whose time is over have ended, and those that ended before have nothing
    on them that could go back; how many. One that fails keeps none of the others waiting.
    """
    late = Q(state=GiftCardState.ACTIVE, expires_at__lte=now)
    left = Q(state__in=ENDED, account__posted_minor__gt=F("account__held_minor"))
    due = GiftCard.objects.filter(late | left).order_by("expires_at", "pk")
    done = 0
    for card_id in list(due.values_list("pk", flat=True)[:limit]):
        try:
            with transaction.atomic(durable=True):
                done += _end_if_due(card_id, now)
        except Exception:
            logger.exception("Gift card %s could not be ended; it is tried again", card_id)
    return done


def revoke(*, card_id: int, reason: str, now: datetime) -> int:
    """The card pays nothing any more; minor units that went back. Opens the transaction.

    Raises GiftCardEnded where it was revoked before, or never paid.
    """
    with transaction.atomic(durable=True):
        card = _locked(card_id)
        if GiftCardState(card.state) not in TRANSITIONS.sources(GiftCardState.REVOKED):
            raise GiftCardEnded(_("It is: %(state)s.") % {"state": card.get_state_display()})
        card.state, card.reason = GiftCardState.REVOKED.value, reason[:200]
        card.save(update_fields=["state", "reason"])
        return _give_rest(card, now)


def _end_if_due(card_id: int, now: datetime) -> bool:
    card = _locked(card_id)
    if card.state == GiftCardState.ACTIVE and card.expires_at <= now:
        card.state = GiftCardState.EXPIRED.value
        card.save(update_fields=["state"])
    if card.state not in ENDED:
        return False  # money came back to it since, and with it time
    _give_rest(card, now)
    return True


def _locked(card_id: int) -> GiftCard:
    return GiftCard.objects.select_for_update(no_key=True).get(pk=card_id)


def _give_rest(card: GiftCard, now: datetime) -> int:
    goal = _payer(card)
    ids = [card.account_id] if goal.accrues else sorted([card.account_id, goal.pk])
    balance = balances.lock(ids)[card.account_id]
    rest_minor = balance.posted_minor - balance.held_minor
    if rest_minor <= 0:
        return 0
    # What went back before only grows: money that comes later goes back under another key.
    key = f"ended/{card.pk}:{card.returned_minor}"
    card.returned_minor += rest_minor
    card.save(update_fields=["returned_minor"])
    ledger.post(
        kind="gift_card_ended",
        scope="gift_card",
        key=key,
        legs=[ledger.Leg(card.account_id, goal.pk, rest_minor)],
        now=now,
        memo=reference(card.pk),
    )
    return rest_minor


def _payer(card: GiftCard) -> Account:
    if card.buyer_id is None:
        return chart.marketing(card.currency)
    return chart.wallet(card.buyer_id, card.currency)
