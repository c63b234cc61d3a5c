"""Forms of the merchant site: money in major units, pictures cleaned before they are kept."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from shop import fan_words
from shop.fields import AmountField, WholeNumberField, use_currency
from shop.models import Category, FeeScope, Product, ProductPicture, Store, Variant
from shop.models.stores import AMOUNT_MAX_MINOR
from shop.services import fees, product_pictures
from socialcommerce.lib import clock
from socialcommerce.lib.pictures import BadPicture


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
    shipping_price_minor = AdminAmountField(label=_("Shipping price, for a whole order"))
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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        use_currency(self, self.instance.currency or settings.SITE_CURRENCY)


class ProductForm(forms.ModelForm[Product]):
    class Meta:
        model = Product
        fields = ("store", "title", "description", "category", "vat_basis_points", "state")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.created_at:
            self.instance.created_at = clock.now()


class VariantForm(forms.ModelForm[Variant]):
    price_minor = AdminAmountField(label=_("Price"), lowest_minor=1)
    fan_price_minor = AdminAmountField(
        label=_("Fan price"), lowest_minor=1, required=False, help_text=_("Empty: there is none.")
    )
    fan_asks = forms.ChoiceField(
        label=_("It is for"), required=False, widget=UnfoldAdminSelectWidget
    )

    class Meta:
        model = Variant
        fields = (
            "name", "sku", "price_minor", "fan_price_minor", "fan_asks", "position", "is_active",
        )  # fmt: skip

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


class FeeRuleForm(forms.Form):
    """One target at most: the narrowest that is given is the rule's scope."""

    category = forms.ChoiceField(
        label=_("For a category"),
        choices=[("", "-"), *Category.choices],
        required=False,
        widget=UnfoldAdminSelectWidget(),
    )
    store = forms.CharField(
        label=_("For a store: its handle"), required=False, widget=UnfoldAdminTextInputWidget()
    )
    product = WholeNumberField(
        label=_("For a product: its number"),
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric"}),
    )
    basis_points = forms.IntegerField(
        label=_("Share of the total, in hundredths of a percent"),
        min_value=0,
        max_value=10_000,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric"}),
    )
    fixed_minor = AdminAmountField(
        label=_("Fixed part, for each order"),
        required=False,
        help_text=_(
            "In the store's currency, else in the site's; such a rule is for orders in it alone."
        ),
    )
    valid_from = forms.DateTimeField(
        label=_("From"),
        required=False,
        help_text=_("Empty: from now on. Orders that are placed before keep their fee."),
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": "2027-01-01 00:00"}),
    )
    note = forms.CharField(
        label=_("Why? The rule keeps it."), max_length=200, widget=UnfoldAdminTextInputWidget()
    )

    def clean_store(self) -> Store | None:
        handle = self.cleaned_data["store"].strip().removeprefix("@")
        if not handle:
            return None
        store = Store.objects.filter(profile__handle=handle).first()
        if store is None:
            raise forms.ValidationError(_("There is no such store."), code="store")
        use_currency(self, store.currency)
        return store

    def clean_product(self) -> Product | None:
        if self.cleaned_data["product"] is None:
            return None
        product = Product.objects.filter(pk=self.cleaned_data["product"]).first()
        if product is None:
            raise forms.ValidationError(_("There is no such product."), code="product")
        use_currency(self, product.store.currency)
        return product

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or {}
        given = [name for name in ("category", "store", "product") if answers.get(name)]
        if len(given) > 1:
            raise forms.ValidationError(_("A rule is for one of them alone."), code="target")
        return answers

    @property
    def target(self) -> fees.Target:
        answers = self.cleaned_data
        if answers["product"]:
            return fees.Target(FeeScope.PRODUCT, product=answers["product"])
        if answers["store"]:
            return fees.Target(FeeScope.STORE, store=answers["store"])
        if answers["category"]:
            return fees.Target(FeeScope.CATEGORY, category=answers["category"])
        return fees.Target(FeeScope.SITE)

    @property
    def terms(self) -> fees.Terms:
        fixed_minor = self.cleaned_data["fixed_minor"] or 0
        target = self.target
        store = target.product.store if target.product else target.store
        currency = store.currency if store else settings.SITE_CURRENCY
        return fees.Terms(
            self.cleaned_data["basis_points"], fixed_minor, currency if fixed_minor else ""
        )


class CancelForm(forms.Form):
    reason = forms.CharField(
        label=_("Why? The buyer reads it."),
        max_length=200,
        widget=UnfoldAdminTextInputWidget(),
    )
