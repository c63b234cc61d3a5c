"""Entries of the gate's streams that could not be worked, and what still waits in the streams."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import InterfaceError, OperationalError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.admin.base import OperatorModelAdmin, ReadOnlyAdmin, acting_user
from accounts.admin.sites import operator_site
from flashsale.admin.operator import RecentSales
from flashsale.gate.keys import Keys
from flashsale.intake import streams
from flashsale.models import DeadLetter, Sale
from flashsale.services import dead_letters
from socialcommerce.lib import clock, redis


class DiscardForm(forms.Form):
    reason = forms.CharField(
        label=_("Why are they given up?"), max_length=200, widget=UnfoldAdminTextInputWidget()
    )


@dataclass(frozen=True, slots=True)
class Lag:
    """Entries of a running sale that no worker has committed yet."""

    sale: Sale
    claims: int
    reservations: int


@admin.register(DeadLetter, site=operator_site)
class DeadLetterAdmin(ReadOnlyAdmin, OperatorModelAdmin):
    list_display = ("sale", "stream", "reason", "said", "created_at")
    list_filter = ("stream", ("sale", RecentSales))
    list_select_related = ("sale",)
    ordering = ("-pk",)
    actions = ("rework", "discard")
    list_before_template = "flashsale/operator/_lags.html"

    def get_queryset(self, request: HttpRequest) -> "QuerySet[DeadLetter]":
        rows: QuerySet[DeadLetter] = super().get_queryset(request)
        return rows.filter(sale__rehearses=None)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {**(extra_context or {}), "lags": _lags()}
        page: HttpResponse = super().changelist_view(request, context)
        return page

    @admin.display(description=_("what it said"))
    def said(self, letter: DeadLetter) -> str:
        return ", ".join(f"{name} {value}" for name, value in letter.payload.items())

    @admin.action(description=_("Try again"))
    def rework(self, request: HttpRequest, chosen: "QuerySet[DeadLetter]") -> None:
        ids = list(chosen.values_list("pk", flat=True))
        try:
            done = dead_letters.rework(ids, by=acting_user(request), now=clock.now())
        except (OperationalError, InterfaceError, redis.RedisError):
            text = _("A server did not answer; what is left in the list was not tried.")
            self.message_user(request, text, messages.ERROR)
            return
        said = {"ended": done.ended, "kept": done.kept}
        self.message_user(
            request,
            _("%(ended)s are worked; %(kept)s stay, with the reason of today.") % said,
            messages.WARNING if done.kept else messages.SUCCESS,
        )

    @admin.action(description=_("Give up for good"))
    def discard(self, request: HttpRequest, chosen: "QuerySet[DeadLetter]") -> HttpResponse | None:
        """Asks why first; the audit log of the sale keeps what they said."""
        form = DiscardForm(request.POST if "reason" in request.POST else None)
        if not form.is_valid():
            context = {
                **operator_site.each_context(request),
                "title": _("Give up for good"),
                "chosen": chosen,
                "form": form,
            }
            status = 422 if form.is_bound else 200
            return render(request, "flashsale/operator/discard.html", context, status=status)
        ids = list(chosen.values_list("pk", flat=True))
        gone = dead_letters.discard(
            ids, by=acting_user(request), reason=form.cleaned_data["reason"], now=clock.now()
        )
        self.message_user(request, _("%(n)s given up.") % {"n": gone}, messages.SUCCESS)
        return None


def _lags() -> list[Lag] | None:
    """Of every running sale; None with Redis away."""
    client = redis.gate()
    try:
        return [
            Lag(
                sale,
                streams.backlog(client, Keys(sale.pk).claims),
                streams.backlog(client, Keys(sale.pk).reservations),
            )
            for sale in Sale.objects.running().filter(rehearses=None).order_by("starts_at")
        ]
    except redis.RedisError:
        return None
