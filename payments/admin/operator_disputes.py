"""Disputes on the operator site: what the bank wants to know, and the two answers there are."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from accounts.admin import form_pages
from accounts.admin.base import OperatorModelAdmin, ReadOnlyAdmin, acting_user
from accounts.admin.form_pages import FormPage
from accounts.admin.sites import DashboardRow, operator_site, register_dashboard
from accounts.models import User
from payments import evidence
from payments.admin import acts
from payments.admin.dispute_fields import DisputeColumns, as_list, lines
from payments.admin.forms import NothingForm, StatementForm
from payments.dispute_states import WAITING
from payments.gateway import dispute_words
from payments.models import Dispute
from payments.services.disputing import answers, following
from socialcommerce.lib import clock
from socialcommerce.lib.money import Money, format_money

FIELDS = (
    "stripe_id", "payment", "amount", "is_now", "why", "due_by", "time_left", "known", "statement",
    "answer", "answered_by", "submitted_at", "money", "closed_at", "trouble",
)  # fmt: skip


@admin.register(Dispute, site=operator_site)
class DisputeAdmin(DisputeColumns, ReadOnlyAdmin, OperatorModelAdmin):
    list_display = ("stripe_id", "payee", "amount", "standing", "time_left", "answer", "trouble")
    list_filter = ("state", "answer", ("trouble", admin.EmptyFieldListFilter))
    list_select_related = ("payment__payee",)
    search_fields = ("=stripe_id", "=payment__reference", "=payment__payee__handle")
    ordering = ("-pk",)
    fields = FIELDS
    readonly_fields = ("amount", "is_now", "why", "time_left", "known", "money")
    actions = ("look_again", "work_off")
    actions_detail = ("submit", "accept")

    @admin.display(description=_("store"))
    def payee(self, dispute: Dispute) -> str:
        return str(dispute.payment.payee)

    @admin.display(description=_("what we know"))
    def known(self, dispute: Dispute) -> SafeString | str:
        return as_list(lines(dispute.evidence))

    @admin.display(description=_("where the money came from"))
    def money(self, dispute: Dispute) -> str:
        """To the cent: escrow, the site's fee, the payee; and what Stripe took for itself."""
        if not dispute.taken_minor:
            return "-"
        payee_minor = dispute.taken_minor - dispute.escrow_minor - dispute.fee_minor
        words = {
            name: format_money(Money(minor, dispute.currency))
            for name, minor in (
                ("escrow", dispute.escrow_minor),
                ("fee", dispute.fee_minor),
                ("payee", payee_minor),
                ("cost", dispute.cost_minor),
            )
        }
        said = _("%(escrow)s escrow, %(fee)s our fee, %(payee)s payee; Stripe took %(cost)s of us")
        return str(said % words)

    @admin.action(description=_("Ask Stripe again"))
    def look_again(self, request: HttpRequest, rows: "QuerySet[Dispute]") -> None:
        for row in rows:
            found = answers.drive(dispute_id=row.pk, now=clock.now())
            words = f"{found}: {found.trouble}" if found.trouble else str(found)
            self.message_user(request, words, messages.INFO)

    @admin.action(description=_("Trouble worked off, with a reason"))
    def work_off(self, request: HttpRequest, rows: "QuerySet[Dispute]") -> HttpResponse | None:
        """What still does not agree when Stripe is asked next is said again."""

        def note(said: dict[str, Any]) -> int:
            for row in rows:
                acts.log(self, request, row, f"{row.trouble}: {said['reason']}")
            return following.forget_trouble([row.pk for row in rows])

        form = acts.ReasonForm(acts.answers(request))
        title = _("Work the trouble off")
        return acts.ask_and_do(self, request, rows, form, action="work_off", title=title, do=note)

    @action(description=_("Send evidence"), url_path="submit")  # type: ignore[untyped-decorator]
    def submit(self, request: HttpRequest, object_id: str) -> HttpResponse:
        dispute = self._own_or_404(request, object_id)
        initial = {"statement": dispute.statement}

        def send(said: dict[str, Any]) -> None:
            answers.submit(
                dispute_id=dispute.pk,
                statement=said["statement"],
                by_id=acting_user(request).pk,
                now=clock.now(),
            )
            self.log_change(request, dispute, "evidence")

        page = FormPage(
            site=operator_site,
            title=_("Send evidence to the bank"),
            button=_("Send; it can be sent once"),
            done=_("On its way to the bank, which now decides."),
            back_url=_home(dispute),
            form=StatementForm(form_pages.answers(request), initial=initial),
            do=send,
            notes=[
                dispute_words.reason(dispute.reason),
                *lines(evidence.about(dispute.payment.reference)),
            ],
        )
        return form_pages.show(request, page)

    @action(description=_("Accept"), url_path="accept")  # type: ignore[untyped-decorator]
    def accept(self, request: HttpRequest, object_id: str) -> HttpResponse:
        dispute = self._own_or_404(request, object_id)

        def give_in(_said: dict[str, Any]) -> None:
            answers.accept(dispute_id=dispute.pk, by_id=acting_user(request).pk, now=clock.now())
            self.log_change(request, dispute, "accepted")

        page = FormPage(
            site=operator_site,
            title=_("Accept the dispute"),
            button=_("Let the buyer keep the money"),
            done=_("Accepted. The buyer keeps the money."),
            back_url=_home(dispute),
            form=NothingForm(form_pages.answers(request)),
            do=give_in,
            notes=[_("This cannot be taken back. The store reads that it is lost.")],
        )
        return form_pages.show(request, page)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        dispute: Dispute | None = self.get_object(request, str(object_id))
        if dispute is None or dispute.answer or dispute.state not in WAITING:
            return []
        found: list[Any] = super().get_actions_detail(request, object_id)
        return found

    def _own_or_404(self, request: HttpRequest, object_id: str) -> Dispute:
        dispute: Dispute | None = self.get_object(request, object_id)
        if dispute is None or not self.has_view_permission(request):
            raise Http404
        return dispute


def _home(dispute: Dispute) -> str:
    return reverse("operator:payments_dispute_change", args=[dispute.pk])


def dashboard(_user: User) -> Sequence[DashboardRow]:
    """What the bank waits for, what it will not wait for much longer, and what does not agree."""
    listed, now = reverse("operator:payments_dispute_changelist"), clock.now()
    last_day = Dispute.objects.due_within(now + timedelta(days=1), now=now)
    return [
        DashboardRow(
            label=_("disputes to answer today"), count=last_day.count(), url=f"{listed}?o=5"
        ),
        DashboardRow(
            label=_("disputes that wait for an answer"),
            count=Dispute.objects.unanswered().count(),
            url=listed,
        ),
        DashboardRow(
            label=_("disputes that do not agree with Stripe"),
            count=Dispute.objects.exclude(trouble="").count(),
            url=f"{listed}?trouble__isempty=0",
        ),
    ]


register_dashboard("operator", dashboard)
