"""Stores, products and orders for operators: stores are opened and closed, the rest is read."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.admin.base import OperatorModelAdmin, OperatorTabularInline, ReadOnlyAdmin
from accounts.admin.sites import DashboardRow, operator_site, register_dashboard
from accounts.models import User
from shop.models import Order, OrderLine, Product, Store, Variant
from shop.services import stores
from shop.store_states import StoreState
from socialcommerce.lib import clock
from socialcommerce.lib.money import Money, format_money
from socialcommerce.lib.problems import Problem


class OfRealStores(ReadOnlyAdmin, OperatorModelAdmin):
    """What the store of rehearsals has is shown nowhere."""

    store_profile = "store__profile"

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.filter(**{f"{self.store_profile}__is_extra": False})


@admin.register(Store, site=operator_site)
class StoreAdmin(OfRealStores):
    store_profile = "profile"
    list_display = ("profile", "state", "pitch", "created_at", "approved_at")
    list_filter = ("state",)
    list_select_related = ("profile",)
    search_fields = ("profile__handle", "profile__name", "pitch")
    ordering = ("-created_at", "-id")
    actions = ("approve", "suspend")

    @admin.action(description=_("Approve: the store is open"))
    def approve(self, request: HttpRequest, chosen: "QuerySet[Store]") -> None:
        self._do(request, chosen, lambda pk: stores.approve(store_id=pk, now=clock.now()))

    @admin.action(description=_("Suspend: nothing of it can be bought"))
    def suspend(self, request: HttpRequest, chosen: "QuerySet[Store]") -> None:
        self._do(request, chosen, lambda pk: stores.suspend(store_id=pk, now=clock.now()))

    def _do(
        self, request: HttpRequest, chosen: "QuerySet[Store]", act: Callable[[int], Store]
    ) -> None:
        """Each on its own: one that has moved on keeps none of the others back."""
        for store in chosen.select_related("profile"):
            try:
                act(store.pk)
            except Problem as problem:
                self.message_user(request, f"{store}: {problem.detail}", messages.WARNING)
            else:
                self.log_change(request, store, str(request.POST.get("action", "")))
                self.message_user(request, f"{store}: {_('done')}", messages.SUCCESS)


@admin.register(Variant, site=operator_site)
class VariantAdmin(OfRealStores):
    """Where a sale looks for what it sells."""

    store_profile = "product__store__profile"
    list_display = ("product", "name", "sku", "price", "is_active")
    list_select_related = ("product__store",)
    search_fields = ("product__title", "name", "sku")
    ordering = ("product__title", "position", "id")
    fields = ("product", "name", "sku", "price", "is_active")
    readonly_fields = ("price",)

    @admin.display(description=_("price"), ordering="price_minor")
    def price(self, variant: Variant) -> str:
        return format_money(Money(variant.price_minor, variant.product.store.currency))


class VariantInline(ReadOnlyAdmin, OperatorTabularInline):
    model = Variant
    fields = ("name", "sku", "price", "is_active")
    readonly_fields = ("price",)
    hide_title = True

    @admin.display(description=_("price"))
    def price(self, variant: Variant) -> str:
        return format_money(Money(variant.price_minor, variant.product.store.currency))


@admin.register(Product, site=operator_site)
class ProductAdmin(OfRealStores):
    list_display = ("title", "store", "category", "state", "created_at")
    list_filter = ("state", "category")
    list_select_related = ("store__profile",)
    search_fields = ("title", "store__profile__handle")
    ordering = ("-created_at", "-id")
    exclude = ("words", "search")
    inlines = (VariantInline,)


class LineInline(ReadOnlyAdmin, OperatorTabularInline):
    model = OrderLine
    hide_title = True


@admin.register(Order, site=operator_site)
class OrderAdmin(OfRealStores):
    list_display = ("number", "buyer", "store", "state", "total", "created_at")
    list_filter = ("state", "origin")
    list_select_related = ("buyer", "store__profile")
    search_fields = ("number", "buyer__handle", "store__profile__handle")
    ordering = ("-created_at", "-id")
    exclude = ("key", "request_hash")
    inlines = (LineInline,)

    @admin.display(description=_("total"), ordering="total_minor")
    def total(self, order: Order) -> str:
        return format_money(Money(order.total_minor, order.currency))


def to_approve(_user: User) -> Sequence[DashboardRow]:
    """Applications that nobody has answered."""
    waiting = Store.objects.filter(state=StoreState.APPLIED).count()
    url = reverse("operator:shop_store_changelist") + "?state__exact=applied"
    return [DashboardRow(label=_("Stores to approve"), count=waiting, url=url)]


register_dashboard("operator", to_approve)
