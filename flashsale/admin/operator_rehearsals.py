"""Rehearsals on the operator site: asking for one, watching it, reading its verdict."""

from typing import Any, Final

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from accounts.admin import form_pages
from accounts.admin.base import OperatorModelAdmin, ReadOnlyAdmin, acting_user
from accounts.admin.form_pages import FormPage
from accounts.admin.sites import operator_site
from flashsale.gate.nudges import BrokerAway
from flashsale.models import Rehearsal, Sale
from flashsale.rehearsal import runs, tasks
from flashsale.rehearsal.runs import PEOPLE_MAX, PEOPLE_MIN
from flashsale.rehearsal.states import OPEN
from shop.fields import WholeNumberField
from socialcommerce.lib import clock, http
from socialcommerce.lib.problems import Problem

PEOPLE: Final = 1_000
REFRESH_SECONDS: Final = 2
# What a verdict says, in the order of the page; the first six are zero in a sale that is go.
FIGURES: Final = {
    "over": gettext_lazy("Oversold"),
    "under": gettext_lazy("Undersold"),
    "lost": gettext_lazy("Promises broken"),
    "doubled": gettext_lazy("Doubled"),
    "stuck_payments": gettext_lazy("Payments that are stuck"),
    "dead_letters": gettext_lazy("Dead letters"),
    "people": gettext_lazy("People"),
    "reserved": gettext_lazy("Reserved"),
    "units": gettext_lazy("Units"),
    "paid": gettext_lazy("Paid"),
    "decided_a_second": gettext_lazy("Claims decided in the best second"),
    "p95_ms": gettext_lazy("95 of 100 claims answered within (ms)"),
    "unanswered": gettext_lazy("Requests without an answer"),
}
STEPS: Final = {
    "people": gettext_lazy("The extras are gathered."),
    "playing": gettext_lazy("The sale is played."),
    "counting": gettext_lazy("Every answer is held against the books."),
}


class RehearseForm(forms.Form):
    people = WholeNumberField(
        label=gettext_lazy("People"),
        initial=PEOPLE,
        help_text=gettext_lazy(
            "They come as fast as this machine can send; with fewer people than the sale "
            "expects, fewer units are offered, so that it still sells out."
        ),
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric"}),
    )
    like = forms.ModelChoiceField(
        label=gettext_lazy("They come as in"),
        queryset=Sale.objects.none(),
        required=False,
        empty_label=gettext_lazy("A steep first second (nothing was measured)"),
        help_text=gettext_lazy("Of a sale that is over: as its people came, second by second."),
        widget=UnfoldAdminSelectWidget(),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        measured = Sale.objects.public().filter(seconds__claim_requests__gt=0).distinct()
        self.fields["like"].queryset = measured  # type: ignore[attr-defined]


@http.require("GET", "POST")
def rehearse(request: HttpRequest, sale_id: int) -> HttpResponse:
    """The form; once asked for, the rehearsal's own page shows how far it is."""
    sale = get_object_or_404(Sale, pk=sale_id, rehearses=None)
    form = RehearseForm(form_pages.answers(request))
    page = FormPage(
        site=operator_site,
        title=f"{sale.title}: {_('Rehearse')}",
        button=_("Play it now"),
        done=_("The rehearsal begins in a moment."),
        back_url=reverse("operator:flashsale_sale_rehearsed", args=[sale.pk]),
        form=form,
        do=lambda said: _ask(sale, said, request),
        notes=[
            _("Extras play this very configuration in test money. Nothing real is touched."),
            _("It takes some minutes, and only while no real sale is open or opens soon."),
            _("Between %(least)s and %(most)s people.") % {"least": PEOPLE_MIN, "most": PEOPLE_MAX},
        ],
    )
    return form_pages.show(request, page)


@http.require("GET")
def rehearsed(request: HttpRequest, sale_id: int) -> HttpResponse:
    """The newest rehearsal of the sale."""
    newest = Rehearsal.objects.filter(sale_id=sale_id).first()
    if newest is None:
        return redirect("operator:flashsale_sale_rehearse", sale_id)
    return redirect("operator:flashsale_rehearsal_change", newest.pk)


@http.require("POST")
def again(request: HttpRequest, rehearsal_id: int) -> HttpResponse:
    """One that was lost, anew; where there can be none now, its page says why."""
    get_object_or_404(Rehearsal, pk=rehearsal_id)
    try:
        asked = runs.again(rehearsal_id=rehearsal_id, by=acting_user(request), now=clock.now())
    except Problem as problem:
        messages.error(request, f"{problem.title}. {problem.detail}")
        return redirect("operator:flashsale_rehearsal_change", rehearsal_id)
    _send(asked)
    return redirect("operator:flashsale_rehearsal_change", asked.pk)


def _ask(sale: Sale, said: dict[str, Any], request: HttpRequest) -> None:
    asked = runs.request(
        sale_id=sale.pk,
        people=said["people"],
        like=said["like"],
        by=acting_user(request),
        now=clock.now(),
    )
    _send(asked)


def _send(asked: Rehearsal) -> None:
    """A worker is asked to play it; with the broker away it has failed, and says so."""
    try:
        tasks.rehearse.apply_async(kwargs={"rehearsal_id": asked.pk}, retry=False)
    except BrokerAway as error:
        reason = _("No worker could be asked: %(error)s") % {"error": error}
        runs.give_up(rehearsal_id=asked.pk, reason=reason, now=clock.now())


@admin.register(Rehearsal, site=operator_site)
class RehearsalAdmin(ReadOnlyAdmin, OperatorModelAdmin):
    list_display = ("sale", "people", "standing", "requested_at", "requested_by")
    list_select_related = ("sale", "requested_by")
    ordering = ("-pk",)

    @display(  # type: ignore[untyped-decorator]
        description=gettext_lazy("verdict"),
        label={"go": "success", "no-go": "danger", "running": "info", "lost": "warning"},
    )
    def standing(self, rehearsal: Rehearsal) -> tuple[str, str]:
        if runs.is_lost(rehearsal, now=clock.now()):
            return "lost", _("lost")
        if rehearsal.state in OPEN:
            return "running", _("under way")
        return ("go", _("go")) if rehearsal.verdict.get("go") else ("no-go", _("no-go"))

    def get_urls(self) -> list[URLPattern]:
        """Beside the list, the two pages that the page of a sale leads to, and the way back in for
        one that was lost.
        """
        ask, newest = operator_site.admin_view(rehearse), operator_site.admin_view(rehearsed)
        anew = operator_site.admin_view(again)
        return [
            path("<int:rehearsal_id>/again/", anew, name="flashsale_rehearsal_again"),
            path("of/<int:sale_id>/new/", ask, name="flashsale_sale_rehearse"),
            path("of/<int:sale_id>/", newest, name="flashsale_sale_rehearsed"),
            *super().get_urls(),
        ]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The verdict, or how far it is: then the page asks again by itself."""
        rehearsal = get_object_or_404(Rehearsal.objects.select_related("sale"), pk=object_id)
        context = {
            **operator_site.each_context(request),
            "title": f"{rehearsal.sale.title}: {_('rehearsal')}",
            "rehearsal": rehearsal,
            "is_under_way": rehearsal.finished_at is None,
            "is_lost": runs.is_lost(rehearsal, now=clock.now()),
            "step": STEPS.get(rehearsal.verdict.get("step", ""), _("It waits for its worker.")),
            "figures": _figures(rehearsal),
            "refresh_seconds": REFRESH_SECONDS,
        }
        return render(request, "flashsale/admin/rehearsal.html", context)


def _figures(rehearsal: Rehearsal) -> list[tuple[Any, Any]]:
    said = rehearsal.verdict
    return [(label, said[name]) for name, label in FIGURES.items() if name in said]
