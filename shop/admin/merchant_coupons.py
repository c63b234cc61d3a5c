"""Coupons on the merchant site: set and ended, never rewritten; what they gave is beside them."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from accounts.admin import form_pages
from accounts.admin.base import LEADERS, MerchantModelAdmin, ReadOnlyAdmin, acting_user
from accounts.admin.form_pages import FormPage
from accounts.admin.scope import managed_ids
from accounts.admin.sites import merchant_site
from shop.fee_words import share_words
from shop.fields import AmountField
from shop.models import Coupon, Store
from shop.services import coupons
from socialcommerce.lib import clock
from socialcommerce.lib.money import Money, format_money
from socialcommerce.lib.problems import Problem

MOMENT = UnfoldAdminTextInputWidget(attrs={"placeholder": "2027-01-01 00:00"})


class CouponForm(forms.Form):
    """One of share and amount; a limit that is left empty is none."""

    store = forms.ModelChoiceField(
        label=_("Store"), queryset=Store.objects.none(), widget=UnfoldAdminSelectWidget()
    )
    code = forms.CharField(
        label=_("Code"),
        max_length=24,
        help_text=_("3 to 24 letters and digits."),
        widget=UnfoldAdminTextInputWidget(),
    )
    basis_points = forms.IntegerField(
        label=_("Share of the goods' price, in hundredths of a percent"),
        required=False,
        min_value=1,
        max_value=10_000,
        help_text=_("1000 is 10 %. Either this or an amount."),
        widget=UnfoldAdminIntegerFieldWidget(),
    )
    amount = forms.CharField(
        label=_("Or an amount"),
        required=False,
        help_text=_("In the store's currency: 5.00, say. Once for each order."),
    )
    minimum = forms.CharField(
        label=_("From goods worth"),
        required=False,
        help_text=_("Without the shipping, in the store's currency. Empty: for every order."),
    )
    valid_from = forms.DateTimeField(
        label=_("From"), required=False, help_text=_("Empty: from now on."), widget=MOMENT
    )
    valid_until = forms.DateTimeField(
        label=_("Until"),
        help_text=_("Orders that are placed from then on pay the usual price."),
        widget=MOMENT,
    )
    uses_max = forms.IntegerField(
        label=_("Times in all"),
        required=False,
        min_value=1,
        max_value=10**9,
        help_text=_("So many orders of everybody together. Empty: no limit."),
        widget=UnfoldAdminIntegerFieldWidget(),
    )
    per_person = forms.IntegerField(
        label=_("Times for one person"),
        initial=1,
        min_value=1,
        max_value=1_000,
        help_text=_("So many orders of each buyer."),
        widget=UnfoldAdminIntegerFieldWidget(),
    )
    budget = forms.CharField(
        label=_("At most, all together"),
        required=False,
        help_text=_(
            "What the coupon may cost you, in the store's currency: an order that would exceed it"
            " is refused the code. Empty: no limit."
        ),
    )

    def __init__(self, *args: Any, stores: "QuerySet[Store]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["store"].queryset = stores  # type: ignore[attr-defined]
        for name in ("amount", "minimum", "budget"):
            self.fields[name].widget = UnfoldAdminTextInputWidget(attrs={"inputmode": "decimal"})

    def clean(self) -> dict[str, Any]:
        """Amounts are typed in the currency of the store."""
        answers = super().clean() or {}
        store: Store | None = answers.get("store")
        for name in ("amount", "minimum", "budget"):
            if store is None or not answers.get(name):
                answers[name] = None
                continue
            try:
                answers[name] = AmountField(currency=store.currency).to_python(answers[name])
            except forms.ValidationError as invalid:
                self.add_error(name, invalid)
        return answers


@admin.register(Coupon, site=merchant_site)
class CouponAdmin(ReadOnlyAdmin, MerchantModelAdmin):
    profile_path = "store__profile"
    list_display = ("code", "store", "off", "used", "given", "valid_until", "ended_at")
    list_filter = ("store", ("ended_at", admin.EmptyFieldListFilter))
    list_select_related = ("store__profile",)
    search_fields = ("code",)
    ordering = ("-pk",)
    exclude = ("created_by",)
    actions = ("end",)

    @admin.display(description=_("off"))
    def off(self, coupon: Coupon) -> str:
        if coupon.basis_points is not None:
            return share_words(coupon.basis_points, 0, "")
        return format_money(Money(coupon.amount_minor or 0, coupon.store.currency))

    @admin.display(description=_("used"))
    def used(self, coupon: Coupon) -> str:
        return str(coupon.use_count) + (f" / {coupon.uses_max}" if coupon.uses_max else "")

    @admin.display(description=_("given"))
    def given(self, coupon: Coupon) -> str:
        return format_money(Money(coupon.given_minor, coupon.store.currency))

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(managed_ids(request, LEADERS))

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        stores = Store.objects.filter(profile__in=managed_ids(request, LEADERS))
        form = CouponForm(form_pages.answers(request), stores=stores)
        page = FormPage(
            site=merchant_site,
            title=_("Set a coupon"),
            button=_("Set the coupon"),
            done=_("The code works from its beginning on."),
            back_url=reverse("merchant:shop_coupon_changelist"),
            form=form,
            do=lambda answers: self._set(request, answers),
            notes=[
                _("You sell for less: the discount is yours to bear, and the site's fee is of what"
                  " is paid. It takes off the goods' price, never the shipping, and a code is for"
                  " one order alone; there is none in sales."),
            ],
            missing=[] if stores else [_("Only owners and managers set coupons.")],
        )  # fmt: skip
        return form_pages.show(request, page)

    def _set(self, request: HttpRequest, said: dict[str, Any]) -> None:
        now = clock.now()
        terms = coupons.Terms(
            code=said["code"].strip().upper(),
            basis_points=said["basis_points"],
            amount_minor=said["amount"],
            minimum_minor=said["minimum"] or 0,
            valid_from=said["valid_from"] or now,
            valid_until=said["valid_until"],
            uses_max=said["uses_max"],
            per_person=said["per_person"],
            budget_minor=said["budget"],
        )
        by_id = acting_user(request).pk
        coupon = coupons.set_coupon(store=said["store"], terms=terms, by_id=by_id, now=now)
        self.log_addition(request, coupon, coupon.code)

    @admin.action(description=_("End: orders pay the usual price"))
    def end(self, request: HttpRequest, chosen: "QuerySet[Coupon]") -> None:
        for coupon in self.in_roles(request, chosen, LEADERS):
            try:
                coupons.end_coupon(coupon_id=coupon.pk, now=clock.now())
            except Problem as problem:
                self.message_user(request, f"{coupon}: {problem.detail}", messages.WARNING)
            else:
                self.log_change(request, coupon, "end")
                self.message_user(request, f"{coupon}: {_('ended')}", messages.SUCCESS)
