"""What both admin sites show of a dispute."""

from datetime import timedelta
from typing import Final

from django.contrib import admin
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as translate
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from payments.dispute_states import WAITING, DisputeState
from payments.evidence import NAMES
from payments.gateway import dispute_words
from payments.models import Dispute
from socialcommerce.lib import clock
from socialcommerce.lib.money import Money, format_money

STATE_WORDS: Final = {
    DisputeState.INQUIRY: _("The bank asks; nothing was taken"),
    DisputeState.INQUIRY_REVIEW: _("The bank reads the answer; nothing was taken"),
    DisputeState.CLOSED: _("Closed; nothing was taken"),
    DisputeState.NEEDS_RESPONSE: _("The money was taken; an answer is needed"),
    DisputeState.UNDER_REVIEW: _("The bank decides"),
    DisputeState.WON: _("Won; the money is back"),
    DisputeState.LOST: _("Lost; the buyer keeps the money"),
}
# Unfold shows the words of a state only where it has a colour for it.
STATE_COLOURS: Final = {
    "inquiry": "warning", "inquiry_review": "info", "closed": "success",
    "needs_response": "danger", "under_review": "info", "won": "success", "lost": "danger",
}  # fmt: skip
EVIDENCE_WORDS: Final = {
    "product_description": _("what was ordered"),
    "customer_name": _("name"),
    "customer_email_address": _("email address"),
    "customer_purchase_ip": _("IP address when paying"),
    "shipping_address": _("sent to"),
    "shipping_carrier": _("carrier"),
    "shipping_date": _("sent on"),
    "shipping_tracking_number": _("tracking number"),
    "access_activity_log": _("what happened when"),
}


class DisputeColumns:
    """Left of a model admin's base class."""

    @admin.display(description=_("amount"), ordering="amount_minor")
    def amount(self, dispute: Dispute) -> str:
        return format_money(Money(dispute.amount_minor, dispute.currency))

    @display(description=_("state"), label=STATE_COLOURS)  # type: ignore[untyped-decorator]
    def standing(self, dispute: Dispute) -> tuple[str, str]:
        return dispute.state, self.is_now(dispute)

    @admin.display(description=_("state"))
    def is_now(self, dispute: Dispute) -> str:
        return str(STATE_WORDS[DisputeState(dispute.state)])

    @admin.display(description=_("why"))
    def why(self, dispute: Dispute) -> str:
        return dispute_words.reason(dispute.reason)

    @admin.display(description=_("time left to answer"), ordering="due_by")
    def time_left(self, dispute: Dispute) -> str:
        """In days, then in hours; nothing where no answer is waited for."""
        if dispute.state not in WAITING or dispute.due_by is None or dispute.answer:
            return "-"
        left = max(dispute.due_by - clock.now(), timedelta())
        if left >= timedelta(days=2):
            return translate("%(days)d days") % {"days": left.days}
        return translate("%(hours)d hours") % {"hours": left // timedelta(hours=1)}


def lines(evidence: dict[str, str], names: tuple[str, ...] = NAMES) -> list[str]:
    """What is known of the sale, a line each, in the reader's language where it is ours."""
    return [f"{EVIDENCE_WORDS[name]}: {evidence[name]}" for name in names if evidence.get(name)]


def as_list(found: list[str]) -> SafeString | str:
    return format_html_join("", "<p>{}</p>", ((line,) for line in found)) or "-"
