"""Forms of both admin sites about a merchant's money. Amounts are typed in major units."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminDateWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from accounts import countries
from payments.gateway.disputing import TEXT_MAX
from payments.models import MerchantTerms, PayoutEvery
from payments.services.merchant_terms import Reserving
from socialcommerce.lib.money import InvalidAmount, parse_amount, plain_amount


class NothingForm(forms.Form):
    """A button alone."""


class ScheduleForm(forms.Form):
    every = forms.ChoiceField(
        label=_("Pay out"),
        choices=PayoutEvery.choices,
        help_text=_("All that is in the wallet then goes to your bank."),
        widget=UnfoldAdminSelectWidget(),
    )
    minimum = forms.CharField(
        label=_("Only from this amount on"),
        help_text=_("Less stays in the wallet until the next time."),
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "decimal"}),
    )

    def __init__(self, *args: Any, terms: MerchantTerms, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = terms.currency
        minimum = plain_amount(terms.minimum_minor, self.currency)
        self.initial = {"every": terms.payout_every, "minimum": minimum}

    def clean_minimum(self) -> int:
        """In minor units."""
        try:
            return parse_amount(self.cleaned_data["minimum"], self.currency)
        except InvalidAmount as invalid:
            raise forms.ValidationError(str(invalid), code="amount") from invalid


class BankForm(forms.Form):
    country = forms.ChoiceField(
        label=_("Where is the business?"),
        help_text=_("The country it is registered in. It cannot be changed later."),
        widget=UnfoldAdminSelectWidget(),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["country"].choices = countries.choices()  # type: ignore[attr-defined]


class HoldForm(forms.Form):
    reason = forms.CharField(
        label=_("Why? The store reads it."), max_length=200, widget=UnfoldAdminTextInputWidget()
    )


class StatementForm(forms.Form):
    statement = forms.CharField(
        label=_("What happened, for people at the bank"),
        required=False,
        max_length=TEXT_MAX,
        help_text=_(
            "In your own words: what was sold, how it was delivered, what the buyer wrote. It goes"
            " to the bank with what the site knows of the order."
        ),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 12}),
    )


class ReserveForm(forms.Form):
    basis_points = forms.IntegerField(
        label=_("Reserve, in hundredths of a percent"),
        min_value=0,
        max_value=10_000,
        help_text=_("1000 is 10 % of what the store gets of each sale. 0: nothing is kept back."),
        widget=UnfoldAdminIntegerFieldWidget(),
    )
    days = forms.IntegerField(
        label=_("Kept for (days)"),
        min_value=0,
        max_value=365,
        help_text=_("0 to 365. Then it is in the store's wallet, without anybody's doing."),
        widget=UnfoldAdminIntegerFieldWidget(),
    )
    until = forms.DateTimeField(
        label=_("From sales until"),
        required=False,
        help_text=_("A day. Empty: sales have no reserve from now on."),
        widget=UnfoldAdminDateWidget(),
    )

    @property
    def reserving(self) -> Reserving:
        answers = self.cleaned_data
        return Reserving(answers["basis_points"], answers["days"], answers["until"])

    @staticmethod
    def initial_of(terms: MerchantTerms) -> dict[str, object]:
        return {
            "basis_points": terms.reserve_basis_points,
            "days": terms.reserve_days,
            "until": terms.reserve_until,
        }
