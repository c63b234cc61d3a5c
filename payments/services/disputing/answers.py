"""What is said to the bank: committed first, then sent, once for each time that it asks."""

from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from payments import evidence, gateway
from payments.dispute_states import WAITING, DisputeState
from payments.gateway.disputing import ALL_TEXTS_MAX, TEXT_MAX
from payments.models import Dispute
from payments.services import settlement
from payments.services.disputing import following
from socialcommerce.lib.problems import Conflict, Invalid

STATEMENT_MAX: Final = TEXT_MAX


class NotNow(Conflict):
    """Nothing was changed; the words say where the dispute stands."""

    code = "dispute-not-open"
    title = _("This dispute takes no answer now")


class NothingToSay(Invalid):
    code = "no-evidence"
    title = _("There is nothing to send")


def state_case(*, dispute_id: int, statement: str) -> None:
    """The store's words stand with the dispute, until the answer is given. Raises NotNow."""
    with transaction.atomic(durable=True):
        dispute = _unanswered(dispute_id)
        dispute.statement = statement.strip()[:STATEMENT_MAX]
        dispute.save(update_fields=["statement"])


def submit(*, dispute_id: int, statement: str, by_id: int, now: datetime) -> Dispute:
    """What is known of the sale and the statement are on their way to the bank, or there already.

    Talks to Stripe, outside any transaction. Raises NotNow, NothingToSay.
    """
    with transaction.atomic(durable=True):
        dispute = _unanswered(dispute_id)
        dispute.statement = statement.strip()[:STATEMENT_MAX]
        dispute.evidence = evidence.about(dispute.payment.reference)
        if not (dispute.statement or dispute.evidence):
            raise NothingToSay(_("Please say what happened: nothing is known of this payment."))
        _answer(dispute, Dispute.Answer.EVIDENCE, by_id, now)
    return drive(dispute_id=dispute_id, now=now)


def accept(*, dispute_id: int, by_id: int, now: datetime) -> Dispute:
    """The buyer keeps the money, as soon as Stripe has heard. As `submit`. Raises NotNow."""
    with transaction.atomic(durable=True):
        _answer(_unanswered(dispute_id), Dispute.Answer.ACCEPTED, by_id, now)
    return drive(dispute_id=dispute_id, now=now)


def drive(*, dispute_id: int, now: datetime) -> Dispute:
    """The dispute is as far as Stripe says, and an answer that was given is there. Outside any
    transaction; safe to repeat. Without a word from Stripe it stays, and the sweep asks again.
    """
    dispute = Dispute.objects.get(pk=dispute_id)
    try:
        dispute = following.look(stripe_id=dispute.stripe_id, now=now)
        if dispute.answer and dispute.state in WAITING:
            dispute = following.take_in(_send(dispute), now=now)
    except (gateway.Unavailable, gateway.NotConfigured):
        return dispute
    except gateway.Rejected as rejected:
        Dispute.objects.filter(pk=dispute_id).update(trouble=str(rejected)[:140])
        dispute.refresh_from_db()
    return dispute


def texts(dispute: Dispute) -> dict[str, str]:
    """What the bank reads, by Stripe's names and within Stripe's limits."""
    known = {name: text[:TEXT_MAX] for name, text in dispute.evidence.items() if text}
    left = ALL_TEXTS_MAX - sum(len(text) for text in known.values())
    if dispute.statement:
        known["uncategorized_text"] = dispute.statement[: min(TEXT_MAX, left)]
    return known


def _unanswered(dispute_id: int) -> Dispute:
    rows = Dispute.objects.select_for_update(no_key=True, of=("self",)).select_related("payment")
    dispute = rows.get(pk=dispute_id)
    if dispute.answer:
        raise NotNow(_("It was answered already; the bank decides."))
    if dispute.state not in WAITING:
        raise NotNow(_("The bank does not wait for a word any more."))
    return dispute


def _answer(dispute: Dispute, answer: str, by_id: int, now: datetime) -> None:
    dispute.answer, dispute.answered_at, dispute.answered_by_id = answer, now, by_id
    dispute.drive_at = settlement.next_drive(now)
    dispute.save()


def _send(dispute: Dispute) -> gateway.DisputeResult:
    """One key for each time that the bank asks: an inquiry's answer is not the chargeback's."""
    stage = "inquiry" if dispute.state == DisputeState.INQUIRY else "chargeback"
    key = f"{dispute.stripe_id}:{stage}:{dispute.answer}"
    if dispute.answer == Dispute.Answer.ACCEPTED:
        return gateway.accept_dispute(dispute.stripe_id, idempotency_key=key)
    return gateway.submit_evidence(dispute.stripe_id, texts(dispute), idempotency_key=key)
