"""Acts on money that ask first: a page that names what is chosen, and why it is done."""

import secrets
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from accounts.admin.base import OperatorModelAdmin
from accounts.admin.sites import operator_site
from payments.models import Payment
from socialcommerce.lib.money import parse_amount, plain_amount
from socialcommerce.lib.problems import Invalid, Problem


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Why? The record keeps it."), max_length=200, widget=UnfoldAdminTextInputWidget()
    )


class GiveBackForm(ReasonForm):
    """How much of one payment goes back, and where. The key makes a second press harmless."""

    amount = forms.CharField(
        label=_("How much"),
        max_length=16,
        help_text=_("All that can go back stands here; less is possible: 12.50, say."),
        widget=UnfoldAdminTextInputWidget(),
    )
    to = forms.ChoiceField(
        label=_("Where"),
        choices=[("source", _("Where it came from")), ("wallet", _("To the buyer's wallet"))],
        help_text=_(
            "Where it came from: to the card first, then the wallet, the gift card last. What a"
            " gift card paid goes back to it in either case."
        ),
        widget=UnfoldAdminSelectWidget(),
    )
    key = forms.RegexField(r"^[A-Za-z0-9_-]{1,64}$", widget=forms.HiddenInput)
    field_order = ("amount", "to", "reason", "key")

    def __init__(self, *args: Any, payment: Payment, **kwargs: Any) -> None:
        self.payment = payment
        super().__init__(*args, **kwargs)
        left = plain_amount(payment.refundable_minor, payment.currency)
        self.initial.setdefault("amount", left)
        self.initial.setdefault("key", secrets.token_urlsafe(16))

    def clean_amount(self) -> int:
        """In minor units."""
        try:
            return parse_amount(self.cleaned_data["amount"], self.payment.currency)
        except Invalid as invalid:
            raise forms.ValidationError(str(invalid), code="amount") from invalid


Do = Callable[[dict[str, Any]], int]


def ask_and_do(
    of: OperatorModelAdmin,
    request: HttpRequest,
    chosen: "QuerySet[Any]",
    form: forms.Form,
    *,
    action: str,
    title: Promise | str,
    do: Do,
) -> HttpResponse | None:
    """The page that asks, until the form is answered; then `do` is done, and how many is said.

    What it refuses stands on the same page.
    """
    problem: Problem | None = None
    if form.is_valid():
        try:
            count = do(form.cleaned_data)
        except Problem as refusal:
            problem = refusal
        else:
            text = ngettext("%(count)d done.", "%(count)d done.", count) % {"count": count}
            of.message_user(request, text, messages.SUCCESS)
            return None
    context = {
        **operator_site.each_context(request),
        "title": title,
        "form": form,
        "chosen": chosen,
        "action": action,
        "problem": problem,
    }
    status = 422 if form.is_bound else 200
    return render(request, "payments/operator_act.html", context, status=status)


def answers(request: HttpRequest) -> Any:
    """What the page that asks was answered with; None when it is shown first."""
    return request.POST if "reason" in request.POST else None


def log(of: OperatorModelAdmin, request: HttpRequest, row: Model, said: str) -> None:
    of.log_change(request, row, said[:200])
