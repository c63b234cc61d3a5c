"""Forms of the merchant site: money in major units, pictures cleaned before they are kept."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from shop import fan_words
from shop.fields import AmountField, WholeNumberField, use_currency
from shop.models import Product, ProductPicture, Store, Variant
from shop.models.stores import AMOUNT_MAX_MINOR
from shop.services import product_pictures
from socialcommerce.lib import clock
from socialcommerce.lib.pictures import BadPicture

LOWEST_FIRST = _("The lowest number stands first.")


class AdminAmountField(AmountField):
    """In the site's currency unless the form says otherwise (`use_currency`), dressed for the
    admin, within what the database takes.
    """

    def __init__(self, *, lowest_minor: int = 0, **kwargs: Any) -> None:
        super().__init__(currency=settings.SITE_CURRENCY, **kwargs)
        self.lowest_minor = lowest_minor
        self.widget = UnfoldAdminTextInputWidget(attrs={"inputmode": "decimal"})

    def clean(self, value: Any) -> int | None:
        amount: int | None = super().clean(value)
        if amount is not None and not self.lowest_minor <= amount <= AMOUNT_MAX_MINOR:
            raise forms.ValidationError(_("This amount is out of range."), code="amount")
        return amount


class StoreForm(forms.ModelForm[Store]):
    shipping_price_minor = AdminAmountField(
        label=_("Shipping price, for a whole order"),
        help_text=_("Paid once, however many pieces an order has: 4.90, say. 0: shipping is free."),
    )
    free_shipping_from_minor = AdminAmountField(
        label=_("Free shipping from"), required=False, help_text=_("Empty: never free.")
    )

    class Meta:
        model = Store
        fields = (
            "shipping_price_minor",
            "free_shipping_from_minor",
            "ship_within_days",
            "legal_name",
            "legal_address",
            "tax_id",
        )
        help_texts = {
            "ship_within_days": _(
                "1 to 60, from the payment on. Buyers read it before they pay; an order that leaves"
                " later counts as late."
            ),
            "legal_name": _("Who sells: the company, or your own name in full."),
            "legal_address": _("Street, postcode, town and country, in one line."),
            "tax_id": _("Your VAT or sales tax number: DE123456789, say. Empty: there is none."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        use_currency(self, self.instance.currency or settings.SITE_CURRENCY)


class ProductForm(forms.ModelForm[Product]):
    class Meta:
        model = Product
        fields = ("store", "title", "description", "category", "vat_basis_points", "state")
        help_texts = {
            "description": _("Buyers read it on the product's page. At most 4000 characters."),
            "category": _("Where the market lists it. The site's fee may differ by category."),
            "state": _("Only what is on sale can be seen and bought. Placed orders go on."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.created_at:
            self.instance.created_at = clock.now()


class VariantForm(forms.ModelForm[Variant]):
    price_minor = AdminAmountField(
        label=_("Price"),
        lowest_minor=1,
        help_text=_("For one piece, VAT included: 12.50, say. Placed orders keep theirs."),
    )
    fan_price_minor = AdminAmountField(
        label=_("Fan price"), lowest_minor=1, required=False, help_text=_("Empty: there is none.")
    )
    fan_asks = forms.ChoiceField(
        label=_("It is for"),
        required=False,
        help_text=_("Who pays the fan price; everybody else pays the price."),
        widget=UnfoldAdminSelectWidget,
    )

    class Meta:
        model = Variant
        fields = (
            "name", "sku", "price_minor", "fan_price_minor", "fan_asks", "position", "is_active",
        )  # fmt: skip
        help_texts = {
            "sku": _("Your own number for it: MUG-BLUE-03, say. Buyers do not see it."),
            "position": LOWEST_FIRST,
            "is_active": _("Off: nobody can buy it. Placed orders go on."),
        }

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        use_currency(self, currency)
        choices = fan_words.choices(now=self.instance.fan_asks)
        self.fields["fan_asks"].choices = choices  # type: ignore[attr-defined]

    def clean_fan_asks(self) -> str:
        chosen: str = self.cleaned_data["fan_asks"]
        return chosen or self.instance.fan_asks

    def clean(self) -> dict[str, Any]:
        answers: dict[str, Any] = super().clean() or self.cleaned_data
        fan_minor, price_minor = answers.get("fan_price_minor"), answers.get("price_minor")
        if fan_minor is not None and price_minor is not None and fan_minor >= price_minor:
            lower = forms.ValidationError(_("A fan price is lower than the price."), code="fan")
            self.add_error("fan_price_minor", lower)
        return answers


class VariantFormSet(forms.BaseInlineFormSet[Variant, Product, VariantForm]):
    """Prices are in the store's currency."""

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        product = self.instance
        currency = product.store.currency if product.store_id else settings.SITE_CURRENCY
        return {**super().get_form_kwargs(index), "currency": currency}


class PictureForm(forms.ModelForm[ProductPicture]):
    # Read by Pillow in `lib.pictures`, which says kindly what is wrong; so no ImageField here.
    upload = forms.FileField(
        label=_("Picture"),
        required=False,
        help_text=_("A JPEG, PNG, WebP or GIF file. Another one takes the place of the old one."),
    )

    class Meta:
        model = ProductPicture
        fields = ("upload", "alt_text", "position")
        help_texts = {
            "alt_text": _(
                "What there is to see: a blue mug with a white handle, say. Screen readers read it"
                " out."
            ),
            "position": LOWEST_FIRST,
        }

    def clean_upload(self) -> Any:
        upload = self.cleaned_data["upload"]
        if upload is None:
            if not self.instance.image:
                raise forms.ValidationError(_("Please choose a picture."), code="required")
            return None
        try:
            product_pictures.fill(self.instance, upload)
        except BadPicture as problem:
            raise forms.ValidationError(str(problem.detail), code="picture") from problem
        return upload


class StockForm(forms.Form):
    on_hand = WholeNumberField(
        label=_("On hand now"),
        help_text=_("What you counted, pieces that wait for a payment included."),
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric"}),
    )
    reason = forms.CharField(
        label=_("Why it changed"),
        max_length=200,
        help_text=_("A delivery, a breakage, a count. The history of the stock keeps it."),
        widget=UnfoldAdminTextInputWidget(),
    )


class ShipForm(forms.Form):
    carrier = forms.CharField(
        label=_("Shipped with"),
        max_length=60,
        help_text=_("DHL, UPS, the post. The buyer reads it."),
        widget=UnfoldAdminTextInputWidget(),
    )
    tracking_number = forms.CharField(
        label=_("Tracking number"),
        max_length=60,
        required=False,
        help_text=_(
            "As on the label. The buyer can follow the parcel by it, and a bank that asks takes it"
            " for proof. Empty: there is none."
        ),
        widget=UnfoldAdminTextInputWidget(),
    )


class CancelForm(forms.Form):
    reason = forms.CharField(
        label=_("Why? The buyer reads it."),
        max_length=200,
        widget=UnfoldAdminTextInputWidget(),
    )
