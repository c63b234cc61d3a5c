"""What an operator does to a sale, each on a page that first says what will happen."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.db.models import Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from accounts.admin.base import acting_user
from accounts.admin.sites import operator_site
from accounts.models import User
from flashsale.claim_states import UNPAID, ClaimState
from flashsale.models import Claim, Lot, Sale
from flashsale.sale_states import SaleState
from flashsale.services import pledges, sales
from flashsale.services.console import drafts
from flashsale.services.sales import RUNNING
from flashsale.services.watch import conservation
from shop.fields import WholeNumberField
from socialcommerce.lib import clock, http
from socialcommerce.lib.money import Money, format_money
from socialcommerce.lib.problems import Problem

Says = Callable[[Sale], Iterator[str]]


class NoQuestions(forms.Form):
    """Pressing the button is the answer."""


class PauseForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why? People read it."),
        max_length=200,
        initial=gettext_lazy("We are looking at it."),
        widget=UnfoldAdminTextInputWidget(),
    )


class StockForm(forms.Form):
    lot = forms.ModelChoiceField(
        label=gettext_lazy("Lot"),
        queryset=Lot.objects.none(),
        help_text=gettext_lazy("The variant whose number changes."),
        widget=UnfoldAdminSelectWidget(),
    )
    pledged = WholeNumberField(
        label=gettext_lazy("Units in all"),
        help_text=gettext_lazy("What the sale offers of this variant, sold ones included."),
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric"}),
    )


@dataclass(frozen=True, slots=True)
class Act:
    """`states` in which it is offered; `says` what will happen; `do` calls the one service."""

    title: Promise
    button: Promise
    done: Promise
    states: Sequence[SaleState]
    says: Says
    do: Callable[[Sale, dict[str, Any], User, datetime], object]
    form: type[forms.Form] = NoQuestions
    runs_only: bool = False

    def is_offered(self, sale: Sale, now: datetime) -> bool:
        """`runs_only`: between start and end."""
        runs = sale.starts_at < now < sale.ends_at
        return sale.state in self.states and (runs or not self.runs_only)


def _approving(sale: Sale) -> Iterator[str]:
    for lot in sale.lots.select_related("variant__product__store"):
        yield _("%(units)s × %(variant)s leave the stock of %(store)s.") % {
            "units": lot.pledged, "variant": lot.variant, "store": lot.variant.product.store
        }  # fmt: skip
    yield _("Everybody can see the sale, and reserve from %(at)s on.") % {"at": _opening(sale)}
    yield _("From then on the stock can only be raised.")


def _pausing(sale: Sale) -> Iterator[str]:
    yield _("Nothing is admitted any more; whoever is in line keeps the place.")
    yield _held(sale) + " " + _("Their clocks stand still.")


def _resuming(sale: Sale) -> Iterator[str]:
    yield _held(sale) + " " + _("They have the seconds that they had left.")
    yield _("The gate opens within a second or two.")
    if not conservation.count(sale.pk).holds:
        yield _("WARNING: the units do not add up. Verify the sale first.")


def _closing(sale: Sale) -> Iterator[str]:
    count = conservation.count(sale.pk)
    yield _("Nobody else comes in line from now on.")
    yield _held(sale) + " " + _("They can still pay in their time.")
    rest = count.free + count.pooled
    yield ngettext(
        "%(units)s unit that nobody took goes back to stock.",
        "%(units)s units that nobody took go back to stock.",
        rest,
    ) % {"units": rest}


def _cancelling(sale: Sale) -> Iterator[str]:
    paid = Claim.objects.filter(sale=sale, state=ClaimState.PAID)
    total = paid.aggregate(sum=Sum("order__total_minor"))["sum"] or 0
    people = paid.values("person").distinct().count()
    yield ngettext(
        "%(n)s person has paid and gets %(money)s back.",
        "%(n)s people have paid and get %(money)s back.",
        people,
    ) % {"n": people, "money": format_money(Money(total, sale.currency))}
    yield _held(sale) + " " + _("They lose it.")
    reserved = sale.reserved - sale.withdrawn
    yield ngettext(
        "%(n)s person has reserved; the page tells them.",
        "%(n)s people have reserved; the page tells them.",
        reserved,
    ) % {"n": reserved}
    yield _("This cannot be undone.")


def _opening(sale: Sale) -> str:
    return date_format(timezone.localtime(sale.reserve_opens_at), "DATETIME_FORMAT")


def _held(sale: Sale) -> str:
    unpaid = Claim.objects.filter(sale=sale, state__in=UNPAID)
    people = unpaid.values("person").distinct().count()
    return ngettext(
        "%(n)s person holds a unit that is not paid.",
        "%(n)s people hold a unit that is not paid.",
        people,
    ) % {"n": people}


ACTS: Final = {
    "approve": Act(
        title=gettext_lazy("Approve"),
        button=gettext_lazy("Approve and announce"),
        done=gettext_lazy("Approved: everybody can see it."),
        states=[SaleState.DRAFT],
        says=_approving,
        do=lambda sale, _said, by, now: sales.approve(sale_id=sale.pk, by=by, now=now),
    ),
    "pause": Act(
        title=gettext_lazy("Pause"),
        button=gettext_lazy("Pause the sale"),
        done=gettext_lazy("Paused: every clock stands still."),
        states=[SaleState.APPROVED],
        says=_pausing,
        do=lambda sale, said, by, now: sales.pause(sale_id=sale.pk, by=by, now=now, **said),
        form=PauseForm,
    ),
    "resume": Act(
        title=gettext_lazy("Resume"),
        button=gettext_lazy("Resume the sale"),
        done=gettext_lazy("Resumed: the gate opens in a moment."),
        states=[SaleState.PAUSED],
        says=_resuming,
        do=lambda sale, _said, by, now: sales.resume(sale_id=sale.pk, by=by, now=now),
    ),
    "close": Act(
        title=gettext_lazy("Close early"),
        button=gettext_lazy("Close the sale now"),
        done=gettext_lazy("Closed: nobody else comes in line."),
        states=RUNNING,
        says=_closing,
        do=lambda sale, _said, by, now: sales.close(sale_id=sale.pk, by=by, now=now),
        runs_only=True,
    ),
    "cancel": Act(
        title=gettext_lazy("Cancel"),
        button=gettext_lazy("Cancel for good and give all money back"),
        done=gettext_lazy("Cancelled: whoever has paid gets the money back."),
        states=[SaleState.DRAFT, *RUNNING],
        says=_cancelling,
        do=lambda sale, _said, by, now: sales.cancel(sale_id=sale.pk, by=by, now=now),
    ),
}


def offered(sale: Sale, *, now: datetime) -> dict[str, Act]:
    """What may be done to the sale at this moment, by the name in its address."""
    return {name: act for name, act in ACTS.items() if act.is_offered(sale, now)}


def may_change_stock(sale: Sale, *, now: datetime) -> bool:
    return sale.state in RUNNING and now < sale.ends_at


@http.require("GET", "POST")
def act(request: HttpRequest, sale_id: int, name: str) -> HttpResponse:
    """GET says what would happen; POST does it, or says why not."""
    sale = get_object_or_404(Sale, pk=sale_id, rehearses=None)
    if name not in ACTS:
        raise Http404
    chosen = ACTS[name]
    form = chosen.form(request.POST if request.method == "POST" else None)
    if form.is_valid():
        done = _attempt(
            request,
            lambda by: chosen.do(sale, form.cleaned_data, by, clock.now()),
            chosen.done,
        )
        if done:
            return redirect("operator:flashsale_sale_live", sale_id)
    consequences = list(chosen.says(sale))
    return _page(request, sale, chosen.title, chosen.button, form, consequences)


@http.require("GET", "POST")
def stock(request: HttpRequest, sale_id: int) -> HttpResponse:
    """How many units a lot offers."""
    sale = get_object_or_404(Sale, pk=sale_id, rehearses=None)
    form = StockForm(request.POST if request.method == "POST" else None)
    lots = sale.lots.select_related("variant__product")
    form.fields["lot"].queryset = lots  # type: ignore[attr-defined]  # a ModelChoiceField
    form.fields["lot"].initial = lots.first()
    if form.is_valid():
        said = form.cleaned_data
        done = _attempt(
            request,
            lambda by: pledges.change(
                lot_id=said["lot"].pk, pledged=said["pledged"], by=by, now=clock.now()
            ),
            gettext_lazy("The sale offers another number now; its page says so."),
        )
        if done:
            return redirect("operator:flashsale_sale_live", sale_id)
    rules = [
        _("Until reservations open (%(at)s) the number can go up and down.")
        % {"at": _opening(sale)},
        _("Afterwards it can only be raised, and everybody sees that it was."),
        _("What is added leaves the store's stock; what is taken away goes back there."),
    ]
    return _page(request, sale, _("Change the stock"), _("Change the stock"), form, rules)


@http.require("POST")
def clone(request: HttpRequest, sale_id: int) -> HttpResponse:
    """A draft like this sale, on its form."""
    sale = get_object_or_404(Sale, pk=sale_id, rehearses=None)
    new = drafts.clone(sale_id=sale.pk, by=acting_user(request), now=clock.now())
    messages.success(request, _("This is a draft. Look at its times, then at its check-list."))
    return redirect("operator:flashsale_sale_change", new.pk)


def _attempt(request: HttpRequest, do: Callable[[User], object], done: Promise) -> bool:
    try:
        do(acting_user(request))
    except Problem as problem:
        messages.error(request, f"{problem.title}. {problem.detail}")
        return False
    messages.success(request, str(done))
    return True


def _page(
    request: HttpRequest,
    sale: Sale,
    title: str | Promise,
    button: str | Promise,
    form: forms.Form,
    says: Sequence[str],
) -> HttpResponse:
    context = {
        **operator_site.each_context(request),
        "title": f"{sale.title}: {title}",
        "sale": sale,
        "button": button,
        "form": form,
        "says": says,
        "back_url": reverse("operator:flashsale_sale_live", args=[sale.pk]),
    }
    status = 422 if form.is_bound else 200
    return render(request, "flashsale/operator/act.html", context, status=status)
