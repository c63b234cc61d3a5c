"""The line-up on the operator site: programmes, the next two weeks, what merchants offer."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db import transaction
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from accounts.admin import form_pages
from accounts.admin.base import OperatorModelAdmin, ReadOnlyAdmin, acting_user
from accounts.admin.form_pages import FormPage
from accounts.admin.sites import DashboardRow, operator_site, register_dashboard
from accounts.models import User
from flashsale.admin.line_up_forms import AcceptForm, DeclineForm, ProgrammeForm
from flashsale.models import Programme, Slot, Submission, SubmissionState
from flashsale.pages import line_up
from flashsale.services.line_up import programmes, submissions
from socialcommerce.lib import clock
from socialcommerce.lib.money import Money, format_money

STATE_LABELS = {
    "submitted": "warning", "accepted": "success", "declined": "danger", "withdrawn": "info",
}  # fmt: skip


@admin.register(Programme, site=operator_site)
class ProgrammeAdmin(OperatorModelAdmin):
    form = ProgrammeForm
    list_display = ("name", "local_time", "category", "reserve_hours", "lasts_minutes", "is_active")
    list_filter = ("is_active",)
    ordering = ("local_time", "pk")

    def save_model(
        self, request: HttpRequest, obj: Any, form: "ModelForm[Any]", change: Any
    ) -> None:
        """Its slots are there at once; without this the next beat would write them."""
        super().save_model(request, obj, form, change)
        transaction.on_commit(lambda: programmes.plan(now=clock.now()), robust=True)


@admin.register(Slot, site=operator_site)
class SlotAdmin(ReadOnlyAdmin, OperatorModelAdmin):
    """Its list is the next two weeks, day by day, empty ones marked."""

    fields = ("programme", "day", "starts_at", "sale", "alarmed_at")

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {
            **operator_site.each_context(request),
            "title": _("The next two weeks"),
            "days": line_up.slot_days(now=clock.now()),
            "zone": settings.TIME_ZONE,
            "opts": self.opts,
        }
        return render(request, "flashsale/admin/slots.html", context)


@admin.register(Submission, site=operator_site)
class SubmissionAdmin(ReadOnlyAdmin, OperatorModelAdmin):
    list_display = ("title", "store", "standing", "units", "price", "wanted_on", "submitted_at")
    list_filter = ("state",)
    list_select_related = ("store__profile",)
    search_fields = ("title", "store__profile__handle")
    ordering = ("-pk",)
    fields = (
        "title", "blurb", "store", "variant", "units", "price", "on_shelf", "wanted_on", "state",
        "answer", "slot", "sale", "submitted_by", "submitted_at", "decided_by", "decided_at",
    )  # fmt: skip
    readonly_fields = ("price", "on_shelf", "sale")
    actions_detail = ("accept", "decline")

    @display(description=_("state"), label=STATE_LABELS)  # type: ignore[untyped-decorator]
    def standing(self, submission: Submission) -> tuple[str, str]:
        return submission.state, str(submission.get_state_display())

    @admin.display(description=_("price"))
    def price(self, submission: Submission) -> str:
        return format_money(Money(submission.unit_price_minor, submission.store.currency))

    @admin.display(description=_("on the shelf now"))
    def on_shelf(self, submission: Submission) -> int:
        stock = getattr(submission.variant, "stock", None)
        return stock.free if stock else 0

    @admin.display(description=_("sale"))
    def sale(self, submission: Submission) -> str:
        sale = submission.slot.sale if submission.slot else None
        if sale is None:
            return "-"
        url = reverse("operator:flashsale_sale_change", args=[sale.pk])
        return format_html('<a href="{}">{}</a>', url, sale)

    @action(description=_("Accept"), url_path="accept")  # type: ignore[untyped-decorator]
    def accept(self, request: HttpRequest, object_id: str) -> HttpResponse:
        submission = self._waiting_or_404(request, object_id)
        form = AcceptForm(form_pages.answers(request))
        form.fields["slot"].queryset = _open_slots()  # type: ignore[attr-defined]
        form.fields["slot"].initial = _wished(submission)
        page = FormPage(
            site=operator_site,
            title=_("Accept: %(title)s") % {"title": submission},
            button=_("Accept into this slot"),
            done=_("Accepted. The sale is a draft now: look at it and approve it."),
            back_url=reverse("operator:flashsale_submission_change", args=[submission.pk]),
            form=form,
            do=lambda answers: submissions.accept(
                submission_id=submission.pk,
                slot_id=answers["slot"].pk,
                answer=answers["answer"],
                by=acting_user(request),
                now=clock.now(),
            ),
        )
        return form_pages.show(request, page)

    @action(description=_("Decline"), url_path="decline")  # type: ignore[untyped-decorator]
    def decline(self, request: HttpRequest, object_id: str) -> HttpResponse:
        submission = self._waiting_or_404(request, object_id)
        page = FormPage(
            site=operator_site,
            title=_("Decline: %(title)s") % {"title": submission},
            button=_("Decline"),
            done=_("Declined; the store knows why."),
            back_url=reverse("operator:flashsale_submission_change", args=[submission.pk]),
            form=DeclineForm(form_pages.answers(request)),
            do=lambda answers: submissions.decline(
                submission_id=submission.pk,
                answer=answers["answer"],
                by=acting_user(request),
                now=clock.now(),
            ),
        )
        return form_pages.show(request, page)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Decided once is decided."""
        submission: Submission | None = self.get_object(request, str(object_id))
        waits = submission is not None and submission.state == SubmissionState.SUBMITTED
        found: list[Any] = super().get_actions_detail(request, object_id)
        return found if waits else []

    def _waiting_or_404(self, request: HttpRequest, object_id: str) -> Submission:
        submission: Submission | None = self.get_object(request, object_id)
        if submission is None or not self.has_view_permission(request):
            raise Http404
        return submission


def _open_slots() -> "QuerySet[Slot]":
    empty = Slot.objects.empty().filter(starts_at__gt=clock.now())
    return empty.select_related("programme").order_by("starts_at")


def _wished(submission: Submission) -> Slot | None:
    """The slot of the day that the store wishes for, else none: the operator chooses."""
    if submission.wanted_on is None:
        return None
    return _open_slots().filter(day=submission.wanted_on).first()


def to_curate(_user: User) -> Sequence[DashboardRow]:
    """Offers that wait for an answer, and slots that come near empty."""
    now = clock.now()
    soon = now + timedelta(hours=settings.LINE_UP_ALARM_HOURS)
    empty = Slot.objects.empty().filter(starts_at__gt=now, starts_at__lte=soon)
    waiting = Submission.objects.filter(state=SubmissionState.SUBMITTED)
    listed = reverse("operator:flashsale_submission_changelist")
    return [
        DashboardRow(
            label=_("Slots of the line-up that are still empty"),
            count=empty.count(),
            url=reverse("operator:flashsale_slot_changelist"),
        ),
        DashboardRow(
            label=_("Offers for the line-up"),
            count=waiting.count(),
            url=f"{listed}?state__exact=submitted",
        ),
    ]


register_dashboard(operator_site.name, to_curate)
