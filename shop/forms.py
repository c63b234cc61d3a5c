"""Forms of the market: what a person chooses, read strictly and answered kindly."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts import handles
from payments import gift_offers
from payments.selectors import parse_pay_with
from payments.services.parts import NO_GIFT, Gift
from shop.fields import DIGITS, AmountField, WholeNumberField
from shop.models import Category
from shop.selectors import Filters
from shop.services.checkout import Method
from socialcommerce.lib.money import currency_name


@dataclass(frozen=True, slots=True)
class Choice:
    """What the form of a checkout card says; everything else is decided on the server."""

    variant_id: int | None
    quantity: int
    address_id: int | None
    pay_with: str
    wallet_first: bool = False
    gift_id: int | None = None
    code: str = ""


class ChoiceForm(forms.Form):
    """Choosing: each change of variant or quantity asks the server for the new total."""

    variant = WholeNumberField(required=False)
    quantity = WholeNumberField(required=False)
    address = WholeNumberField(required=False)
    pay_with = forms.CharField(required=False, max_length=40)
    wallet_part = WholeNumberField(required=False)
    # A link names the gift card alone; the form that pays says its part as well.
    gift = forms.CharField(required=False, max_length=40)
    code = forms.CharField(required=False, max_length=40)  # of a coupon

    def clean_quantity(self) -> int:
        quantity: int | None = self.cleaned_data["quantity"]
        if quantity is None:
            return 1
        if not 1 <= quantity <= settings.ORDER_QUANTITY_MAX:
            raise forms.ValidationError(
                _("You can buy 1 to %(max)s pieces at once.")
                % {"max": settings.ORDER_QUANTITY_MAX},
                code="quantity",
            )
        return quantity

    @property
    def choice(self) -> Choice:
        """What is valid of the answers, and the usual for the rest; after `is_valid()`."""
        answers = self.cleaned_data
        return Choice(
            variant_id=answers.get("variant"),
            quantity=answers.get("quantity", 1),
            address_id=answers.get("address"),
            pay_with=answers.get("pay_with", ""),
            wallet_first=bool(answers.get("wallet_part")),
            gift_id=self.gift_id,
            code=answers.get("code", ""),
        )

    @property
    def gift_id(self) -> int | None:
        """After `is_valid()`."""
        named: str = self.cleaned_data.get("gift", "").partition(":")[0]
        return int(named) if DIGITS.fullmatch(named) else None


class PayForm(forms.Form):
    """How to pay an order. The key makes a second press harmless."""

    pay_with = forms.CharField(max_length=40)
    # What the page said the wallet pays before the card; the switch sends it or nothing.
    wallet_part = WholeNumberField(required=False)
    gift = forms.CharField(required=False, max_length=40)
    pin = forms.CharField(required=False, max_length=6)  # of the payment, where much is paid
    key = forms.RegexField(r"^[A-Za-z0-9_.:-]{1,64}$")

    def clean_pay_with(self) -> str:
        value: str = self.cleaned_data["pay_with"]
        if parse_pay_with(value) is None:
            raise forms.ValidationError(_("Please choose how to pay."), code="pay_with")
        return value

    def clean_gift(self) -> str:
        value: str = self.cleaned_data["gift"]
        if gift_offers.parse(value) is None:
            raise forms.ValidationError(_("Please choose how to pay."), code="gift")
        return value

    @property
    def means(self) -> tuple[Method, int | None]:
        """Method and card; after `is_valid()`."""
        parsed = parse_pay_with(self.cleaned_data["pay_with"])
        assert parsed is not None  # noqa: S101 - clean_pay_with() has seen to it
        return parsed

    @property
    def wallet_part_minor(self) -> int:
        return self.cleaned_data["wallet_part"] or 0

    @property
    def gift_part(self) -> Gift:
        """What a gift card is to pay; after `is_valid()`."""
        return gift_offers.parse(self.cleaned_data["gift"]) or NO_GIFT


class CheckoutForm(PayForm, ChoiceForm):
    """Buying: everything that is chosen, and the total that the person saw."""

    variant = WholeNumberField()
    address = WholeNumberField(error_messages={"required": _("Please choose an address.")})
    seen_total_minor = WholeNumberField()

    def clean_quantity(self) -> int:
        if self.cleaned_data["quantity"] is None:
            raise forms.ValidationError(_("Please say how many."), code="required")
        return super().clean_quantity()


class FilterForm(forms.Form):
    """The market's filters, from the address of the page."""

    q = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Search the market")}),
    )
    category = forms.ChoiceField(
        label=_("Category"),
        required=False,
        choices=[("", _("All")), *Category.choices],
        widget=forms.RadioSelect,
    )
    store = forms.CharField(label=_("Store"), required=False, max_length=handles.HANDLE_MAX + 1)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        currency = settings.SITE_CURRENCY
        self.fields["price_from"] = AmountField(
            label=_("Price from"), required=False, currency=currency
        )
        self.fields["price_to"] = AmountField(label=_("to"), required=False, currency=currency)

    @property
    def filters(self) -> Filters:
        """What is valid of them; after `is_valid()`."""
        answers = self.cleaned_data
        return Filters(
            text=answers.get("q", ""),
            category=answers.get("category", ""),
            store_handle=answers.get("store", "").lstrip("@"),
            price_from_minor=answers.get("price_from"),
            price_to_minor=answers.get("price_to"),
        )


class StoreApplicationForm(forms.Form):
    """What somebody says who wants to open a store."""

    name = forms.CharField(label=_("Name of the store"), max_length=50)
    handle = forms.CharField(
        label=_("Handle"),
        max_length=handles.HANDLE_MAX + 1,
        help_text=_("3 to 20 letters, digits or underscores. People follow the store by it."),
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
    )
    pitch = forms.CharField(
        label=_("What it sells"), max_length=500, widget=forms.Textarea(attrs={"rows": 4})
    )
    currency = forms.ChoiceField(
        label=_("Currency of its prices"),
        help_text=_("For good: prices, orders and payouts are in it."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if len(settings.STORE_CURRENCIES) == 1:
            del self.fields["currency"]
            return
        offered = [(code, currency_name(code)) for code in settings.STORE_CURRENCIES]
        self.fields["currency"].choices = offered  # type: ignore[attr-defined]

    def clean_handle(self) -> str:
        try:
            return handles.clean(self.cleaned_data["handle"])
        except handles.BadHandle as problem:
            raise forms.ValidationError(str(problem.reason), code="handle") from problem


class CancelForm(forms.Form):
    reason = forms.CharField(label=_("Why? (the store reads it)"), max_length=200, required=False)
