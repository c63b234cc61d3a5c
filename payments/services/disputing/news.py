"""What stores, payers and operators hear of a dispute, inside the transaction of the fact."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from django.urls import reverse

from accounts.models import Profile
from accounts.selectors import member_profile_ids
from accounts.services import notices
from payments.dispute_states import INQUIRIES, WAITING, DisputeState
from payments.models import Dispute, Payment
from payments.services.merchant_terms import site_day
from socialcommerce.lib.money import Money, format_money

NOTICE_TEMPLATES: Final = {
    kind: f"payments/notices/{kind.removeprefix('payments.')}.html"
    for kind in (
        "payments.dispute_opened",
        "payments.dispute_due",
        "payments.dispute_ended",
        "payments.top_up_disputed",
    )
}


def follow(dispute: Dispute, payment: Payment, *, was: DisputeState | None, now: datetime) -> None:
    """Whoever has to act or to know is told of a change; `was` is None for a new dispute."""
    state = DisputeState(dispute.state)
    if state == was:
        return
    asked_anew = was is not None and was in INQUIRIES and state not in INQUIRIES
    if state in WAITING and (was is None or asked_anew):
        _tell_all(dispute, payment, "payments.dispute_opened", now)
        if payment.purpose != Payment.Purpose.PURCHASE:
            _tell_payer(dispute, payment, now)
    elif dispute.closed_at is not None:
        _tell_all(dispute, payment, "payments.dispute_ended", now)


def due(dispute: Dispute, payment: Payment, *, now: datetime) -> None:
    """The deadline comes near and nobody has answered."""
    _tell_all(dispute, payment, "payments.dispute_due", now)


def _tell_all(dispute: Dispute, payment: Payment, kind: str, now: datetime) -> None:
    """The people of the store on their site, operators on theirs."""
    store_ids = set(member_profile_ids(payment.payee_id))
    _tell(store_ids, dispute, kind, _page("merchant", dispute), now)
    _tell(set(_operator_ids()) - store_ids, dispute, kind, _page("operator", dispute), now)


def _page(site: str, dispute: Dispute) -> str:
    return reverse(f"{site}:payments_dispute_change", args=[dispute.pk])


def _tell_payer(dispute: Dispute, payment: Payment, now: datetime) -> None:
    _tell([payment.payer_id], dispute, "payments.top_up_disputed", reverse("payments:wallet"), now)


def _tell(ids: Iterable[int], dispute: Dispute, kind: str, url: str, now: datetime) -> None:
    data = {
        "amount": format_money(Money(dispute.amount_minor, dispute.currency)),
        "state": dispute.state,
        "due_on": site_day(dispute.due_by).isoformat() if dispute.due_by else "",
    }
    notices.notify_many(recipient_ids=sorted(ids), kind=kind, url=url, data=data, now=now)


def _operator_ids() -> Iterable[int]:
    operators = Profile.objects.filter(user__is_operator=True, user__is_active=True)
    return operators.values_list("pk", flat=True)
