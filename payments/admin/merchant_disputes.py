"""Disputes on the merchant site: which of its sales a bank has taken back, and what may help."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from accounts.admin import form_pages
from accounts.admin.base import LEADERS, MerchantModelAdmin, ReadOnlyAdmin
from accounts.admin.form_pages import FormPage
from accounts.admin.sites import DashboardRow, merchant_site, register_dashboard
from accounts.models import User
from accounts.selectors import managed_profile_ids
from payments.admin.dispute_fields import DisputeColumns, as_list, lines
from payments.admin.forms import StatementForm
from payments.dispute_states import WAITING
from payments.gateway import dispute_words
from payments.models import Dispute
from payments.services.disputing import answers

# Not how the buyer reached this site: that is between the buyer, the site and the bank.
SHOWN = (
    "product_description", "customer_name", "shipping_address", "shipping_carrier",
    "shipping_date", "shipping_tracking_number",
)  # fmt: skip


@admin.register(Dispute, site=merchant_site)
class DisputeAdmin(DisputeColumns, ReadOnlyAdmin, MerchantModelAdmin):
    profile_path = "payment__payee"
    view_roles = LEADERS
    list_display = ("ordered", "amount", "standing", "time_left", "opened_at")
    list_filter = ("state",)
    list_select_related = ("payment",)
    ordering = ("-pk",)
    fields = (
        "ordered", "amount", "is_now", "why", "helps", "due_by", "time_left", "known", "statement",
        "answer", "submitted_at", "closed_at",
    )  # fmt: skip
    readonly_fields = ("ordered", "amount", "is_now", "why", "helps", "time_left", "known")
    actions_detail = ("state_case",)

    @admin.display(description=_("what was ordered"))
    def ordered(self, dispute: Dispute) -> str:
        return dispute.evidence.get("product_description") or dispute.payment.reference

    @admin.display(description=_("what helps"))
    def helps(self, dispute: Dispute) -> str:
        return dispute_words.what_helps(dispute.reason)

    @admin.display(description=_("what the bank is told already"))
    def known(self, dispute: Dispute) -> SafeString | str:
        return as_list(lines(dispute.evidence, SHOWN))

    @action(description=_("Say what happened"), url_path="state-case")  # type: ignore[untyped-decorator]
    def state_case(self, request: HttpRequest, object_id: str) -> HttpResponse:
        dispute: Dispute = self.own_or_404(request, object_id, LEADERS)
        page = FormPage(
            site=merchant_site,
            title=_("Say what happened"),
            button=_("Keep it"),
            done=_("Kept. We send it to the bank with what we know of the order."),
            back_url=reverse("merchant:payments_dispute_change", args=[dispute.pk]),
            form=StatementForm(
                form_pages.answers(request), initial={"statement": dispute.statement}
            ),
            do=lambda said: answers.state_case(dispute_id=dispute.pk, statement=said["statement"]),
            notes=[dispute_words.reason(dispute.reason), dispute_words.what_helps(dispute.reason)],
        )
        return form_pages.show(request, page)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        dispute: Dispute | None = self.get_object(request, str(object_id))
        if dispute is None or dispute.answer or dispute.state not in WAITING:
            return []
        found: list[Any] = super().get_actions_detail(request, object_id)
        return found


def dashboard(user: User) -> Sequence[DashboardRow]:
    """What a bank waits for, of one's own stores."""
    own = Dispute.objects.filter(payment__payee__in=managed_profile_ids(user, LEADERS))
    return [
        DashboardRow(
            label=_("payments that a bank asks about"),
            count=own.unanswered().count(),
            url=reverse("merchant:payments_dispute_changelist"),
        )
    ]


register_dashboard("merchant", dashboard)
