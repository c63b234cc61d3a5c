"""The form of a fee rule: a share and a fixed part, for what the narrowest answer names."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from shop.admin.forms import AdminAmountField
from shop.fields import WholeNumberField, use_currency
from shop.models import Category, FeeScope, Product, Store
from shop.services import fees


class FeeRuleForm(forms.Form):
    """One target at most: the narrowest that is given is the rule's scope."""

    category = forms.ChoiceField(
        label=_("For a category"),
        choices=[("", "-"), *Category.choices],
        required=False,
        help_text=_("One of these three at most. None of them: the rule is for the whole site."),
        widget=UnfoldAdminSelectWidget(),
    )
    store = forms.CharField(
        label=_("For a store: its handle"),
        required=False,
        help_text=_("It goes before the rules of categories and of the site."),
        widget=UnfoldAdminTextInputWidget(),
    )
    product = WholeNumberField(
        label=_("For a product: its number"),
        required=False,
        help_text=_("From the address of its page. It goes before every other rule."),
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric"}),
    )
    basis_points = forms.IntegerField(
        label=_("Share of the total, in hundredths of a percent"),
        min_value=0,
        max_value=10_000,
        help_text=_("500 is 5 %. Of what the buyer pays, shipping included; the site keeps it."),
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
        label=_("Why? The rule keeps it."),
        max_length=200,
        help_text=_("An agreement, a campaign. Operators read it; it cannot be changed later."),
        widget=UnfoldAdminTextInputWidget(),
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
