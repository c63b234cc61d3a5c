"""Forms of the merchant site: money in major units, pictures cleaned before they are kept."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from shop.fields import AmountField, WholeNumberField
from shop.models import Product, ProductPicture, Store, Variant
from shop.models.stores import AMOUNT_MAX_MINOR
from shop.services import product_pictures
from socialcommerce.lib import clock
from socialcommerce.lib.pictures import BadPicture


class AdminAmountField(AmountField):
    """In the site's currency, dressed for the admin, within what the database takes."""

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
    shipping_price_minor = AdminAmountField(label=_("Shipping price, for a whole order"))
    free_shipping_from_minor = AdminAmountField(
        label=_("Free shipping from"), required=False, help_text=_("Empty: never free.")
    )

    class Meta:
        model = Store
        fields = ("shipping_price_minor", "free_shipping_from_minor", "ship_within_days")


class ProductForm(forms.ModelForm[Product]):
    class Meta:
        model = Product
        fields = ("store", "title", "description", "category", "state")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.created_at:
            self.instance.created_at = clock.now()


class VariantForm(forms.ModelForm[Variant]):
    price_minor = AdminAmountField(label=_("Price"), lowest_minor=1)

    class Meta:
        model = Variant
        fields = ("name", "sku", "price_minor", "position", "is_active")


class PictureForm(forms.ModelForm[ProductPicture]):
    # Read by Pillow in `lib.pictures`, which says kindly what is wrong; so no ImageField here.
    upload = forms.FileField(label=_("Picture"), required=False)

    class Meta:
        model = ProductPicture
        fields = ("upload", "alt_text", "position")

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
        label=_("Why it changed"), max_length=200, widget=UnfoldAdminTextInputWidget()
    )


class ShipForm(forms.Form):
    carrier = forms.CharField(
        label=_("Shipped with"), max_length=60, widget=UnfoldAdminTextInputWidget()
    )
    tracking_number = forms.CharField(
        label=_("Tracking number"),
        max_length=60,
        required=False,
        widget=UnfoldAdminTextInputWidget(),
    )


class CancelForm(forms.Form):
    reason = forms.CharField(
        label=_("Why? The buyer reads it."),
        max_length=200,
        widget=UnfoldAdminTextInputWidget(),
    )
