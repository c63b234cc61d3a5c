"""Sales on the merchant site: what a store offers for the line-up, and drops of its own."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as translate
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from accounts.admin import form_pages
from accounts.admin.base import LEADERS, NOBODY, MerchantModelAdmin
from accounts.admin.form_pages import FormPage
from accounts.admin.scope import managed_ids
from accounts.admin.sites import merchant_site
from accounts.models import User
from flashsale.admin.line_up_forms import (
    DropForm,
    NothingForm,
    SubmissionForm,
    offer_of,
    wish_of,
)
from flashsale.models import Sale, Submission, SubmissionState
from flashsale.phases import WORDS, Phase, phase
from flashsale.sale_states import SaleState
from flashsale.selectors import times_of
from flashsale.services import sales
from flashsale.services.line_up import drops, sellers, submissions
from flashsale.unit_states import UnitState
from shop.models import Store
from socialcommerce.lib import clock
from socialcommerce.lib.money import Money, format_money

# Unfold shows the words of a state only where it has a colour for it.
STATE_COLOURS = {
    "submitted": "warning", "accepted": "success", "declined": "danger", "withdrawn": "info",
}  # fmt: skip
PHASE_COLOURS = {**dict.fromkeys(Phase, "info"), Phase.LIVE: "success", Phase.PAUSED: "danger"}


@admin.register(Submission, site=merchant_site)
class SubmissionAdmin(MerchantModelAdmin):
    profile_path = "store__profile"
    change_roles = NOBODY  # what was sent is read; it can be taken back and sent anew
    list_display = ("title", "store", "standing", "units", "price", "wanted_on", "answer")
    list_filter = ("state", "store")
    list_select_related = ("store__profile",)
    ordering = ("-pk",)
    fields = (
        "title", "blurb", "store", "variant", "units", "price", "wanted_on", "state", "answer",
        "submitted_at", "decided_at", "starts",
    )  # fmt: skip
    readonly_fields = ("price", "starts")
    actions_detail = ("withdraw",)

    @display(description=_("state"), label=STATE_COLOURS)  # type: ignore[untyped-decorator]
    def standing(self, submission: Submission) -> tuple[str, str]:
        return submission.state, str(submission.get_state_display())

    @admin.display(description=_("price"))
    def price(self, submission: Submission) -> str:
        return format_money(Money(submission.unit_price_minor, submission.store.currency))

    @admin.display(description=_("starts"))
    def starts(self, submission: Submission) -> Any:
        return submission.slot.starts_at if submission.slot else "-"

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        user = _member(request, may=self.has_add_permission(request))
        page = FormPage(
            site=merchant_site,
            title=_("Offer something for the line-up"),
            button=_("Offer it"),
            done=_("Sent. An operator answers; you find it in your notifications."),
            back_url=reverse("merchant:flashsale_submission_changelist"),
            form=SubmissionForm(form_pages.answers(request), user=user),
            do=lambda answers: submissions.submit(
                offer=offer_of(answers), by=user, now=clock.now()
            ),
            notes=[_("An operator chooses the slot. The units stay on your shelf until then.")],
        )
        return form_pages.show(request, page)

    @action(description=_("Take it back"), url_path="withdraw")  # type: ignore[untyped-decorator]
    def withdraw(self, request: HttpRequest, object_id: str) -> HttpResponse:
        submission: Submission = self.own_or_404(request, object_id, LEADERS)
        user = _member(request)
        page = FormPage(
            site=merchant_site,
            title=_("Take back: %(title)s") % {"title": submission},
            button=_("Take it back"),
            done=_("Taken back."),
            back_url=reverse("merchant:flashsale_submission_change", args=[submission.pk]),
            form=NothingForm(form_pages.answers(request)),
            do=lambda _answers: submissions.withdraw(
                submission_id=submission.pk, by=user, now=clock.now()
            ),
        )
        return form_pages.show(request, page)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        submission: Submission | None = self.get_object(request, str(object_id))
        waits = submission is not None and submission.state == SubmissionState.SUBMITTED
        found: list[Any] = super().get_actions_detail(request, object_id)
        return found if waits and _leads(self, request, submission) else []


@admin.register(Sale, site=merchant_site)
class DropAdmin(MerchantModelAdmin):
    """Drops alone: a sale that an operator scheduled has no seller, and so no place here."""

    profile_path = "seller__profile"
    change_roles = NOBODY  # announced is promised: it is called off or closed, not rewritten
    list_display = ("title", "seller", "standing", "starts_at", "reserving", "held", "paid")
    list_filter = ("state", "seller")
    list_select_related = ("seller__profile",)
    ordering = ("-starts_at",)
    fields = (
        "title", "blurb", "seller", "phase", "goods", "reserve_opens_at", "starts_at",
        "ends_at", "reserving", "free", "held", "paid",
    )  # fmt: skip
    readonly_fields = ("phase", "goods", "reserving", "free", "held", "paid")
    actions_detail = ("close", "call_off")

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Sale]":
        """With its units counted: the list costs the same for one drop and for fifty."""
        counts = {
            f"units_{state}": Count("units", filter=Q(units__state=state))
            for state in (UnitState.FREE, UnitState.HELD, UnitState.PAID)
        }
        rows: QuerySet[Sale] = super().get_queryset(request)
        return rows.annotate(**counts)

    @display(description=_("state"), label=PHASE_COLOURS)  # type: ignore[untyped-decorator]
    def standing(self, sale: Sale) -> tuple[str, str]:
        now = _phase(sale)
        return now.value, str(WORDS[now])

    @admin.display(description=_("state"))
    def phase(self, sale: Sale) -> str:
        return str(WORDS[_phase(sale)])

    @admin.display(description=_("what is sold"))
    def goods(self, sale: Sale) -> str:
        lots = sale.lots.select_related("variant__product")
        return ", ".join(
            f"{lot.pledged} × {lot.variant}, "
            f"{format_money(Money(lot.unit_price_minor, sale.currency))}"
            for lot in lots
        )

    @admin.display(description=_("reserved"))
    def reserving(self, sale: Sale) -> int:
        return sale.reserved - sale.withdrawn

    @admin.display(description=_("free"))
    def free(self, sale: Any) -> int:
        return int(sale.units_free)

    @admin.display(description=_("held"))
    def held(self, sale: Any) -> int:
        return int(sale.units_held)

    @admin.display(description=_("paid"))
    def paid(self, sale: Any) -> int:
        return int(sale.units_paid)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        user = _member(request, may=self.has_add_permission(request))
        page = FormPage(
            site=merchant_site,
            title=_("Schedule a drop"),
            button=_("Announce it now"),
            done=_("Announced: people can reserve. The units have left your stock."),
            back_url=reverse("merchant:flashsale_sale_changelist"),
            form=DropForm(form_pages.answers(request), user=user),
            do=lambda answers: drops.schedule(wish=wish_of(answers), by=user, now=clock.now()),
            notes=[_("No operator looks at it first. What is announced cannot be rewritten.")],
            missing=_missing(request),
        )
        return form_pages.show(request, page)

    @action(description=_("Close early"), url_path="close")  # type: ignore[untyped-decorator]
    def close(self, request: HttpRequest, object_id: str) -> HttpResponse:
        sale: Sale = self.own_or_404(request, object_id, LEADERS)
        user = _member(request)
        page = FormPage(
            site=merchant_site,
            title=_("Close early: %(title)s") % {"title": sale},
            button=_("Close it now"),
            done=_("Closed. Who holds a unit can still pay it in time; the rest comes back."),
            back_url=reverse("merchant:flashsale_sale_change", args=[sale.pk]),
            form=NothingForm(form_pages.answers(request)),
            do=lambda _answers: sales.close(sale_id=sale.pk, by=user, now=clock.now()),
            notes=[_("Nobody can get one of the units that are left any more.")],
        )
        return form_pages.show(request, page)

    @action(description=_("Call off"), url_path="call-off")  # type: ignore[untyped-decorator]
    def call_off(self, request: HttpRequest, object_id: str) -> HttpResponse:
        sale: Sale = self.own_or_404(request, object_id, LEADERS)
        user = _member(request)
        page = FormPage(
            site=merchant_site,
            title=_("Call off: %(title)s") % {"title": sale},
            button=_("Call it off"),
            done=_("Called off. The units are back in your stock."),
            back_url=reverse("merchant:flashsale_sale_change", args=[sale.pk]),
            form=NothingForm(form_pages.answers(request)),
            do=lambda _answers: drops.cancel(sale_id=sale.pk, by=user, now=clock.now()),
            notes=[_("Only before it starts. Everybody who reserved sees that it is off.")],
        )
        return form_pages.show(request, page)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Before the start it is called off, afterwards closed."""
        sale: Sale | None = self.get_object(request, str(object_id))
        if sale is None or not _leads(self, request, sale):
            return []
        started = clock.now() >= sale.starts_at
        runs = sale.state == SaleState.APPROVED and clock.now() < sale.ends_at
        wanted = ("close" if started else "call-off") if runs else ""
        found: list[Any] = super().get_actions_detail(request, object_id)
        return [one for one in found if one.path == wanted]


def _phase(sale: Sale) -> Phase:
    """`sale` comes from the admin's own rows, its units counted."""
    remain: int = sale.units_free  # type: ignore[attr-defined]
    return phase(times=times_of(sale), state=sale.state, remain=remain, now=clock.now())


def _leads(model_admin: MerchantModelAdmin, request: HttpRequest, row: Any) -> bool:
    rows = type(row).objects.filter(pk=row.pk)
    return bool(model_admin.in_roles(request, rows, LEADERS).exists())


def _member(request: HttpRequest, *, may: bool = True) -> User:
    """Who acts. Raises PermissionDenied for whoever may not."""
    if not may or not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def _missing(request: HttpRequest) -> list[str]:
    """What stands in the way of a drop, by store; nothing if one of the stores may."""
    stores = Store.objects.filter(profile__in=managed_ids(request, LEADERS))
    reasons = {
        store: sellers.standing(store, now=clock.now()).missing()
        for store in stores.select_related("profile")
    }
    if not all(reasons.values()):
        return []
    return [
        translate("%(store)s: %(reason)s") % {"store": store, "reason": reason}
        for store, found in reasons.items()
        for reason in found
    ]
