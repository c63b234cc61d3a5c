"""Products and stock on the merchant site: own ones only, prices in major units."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import F, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from accounts.admin.base import (
    LEADERS,
    NOBODY,
    MerchantModelAdmin,
    MerchantTabularInline,
    ReadOnlyAdmin,
    acting_user,
)
from accounts.admin.sites import DashboardRow, merchant_site, register_dashboard
from accounts.models import User
from accounts.selectors import managed_profile_ids
from shop.admin import acts
from shop.admin.forms import PictureForm, ProductForm, StockForm, VariantForm, VariantFormSet
from shop.models import Product, ProductPicture, StockItem, StockMovement, Store, Variant
from shop.services import stock
from shop.store_states import StoreState
from socialcommerce.lib import clock
from socialcommerce.lib.money import Money, format_money


class VariantInline(MerchantTabularInline):
    model = Variant
    profile_path = "product__store__profile"
    form = VariantForm
    formset = VariantFormSet
    hide_title = True


class PictureInline(MerchantTabularInline):
    model = ProductPicture
    profile_path = "product__store__profile"
    delete_roles = LEADERS
    form = PictureForm
    fields = ("preview", "upload", "alt_text", "position")
    readonly_fields = ("preview",)
    hide_title = True

    @admin.display(description=_("now"))
    def preview(self, picture: ProductPicture) -> str:
        if not picture.small:
            return ""
        return format_html('<img src="{}" alt="" width="64" height="64">', picture.small.url)


@admin.register(Product, site=merchant_site)
class ProductAdmin(MerchantModelAdmin):
    profile_path = "store__profile"
    form = ProductForm
    list_display = ("title", "store", "category", "state", "created_at")
    list_filter = ("state", "category", "store")
    list_select_related = ("store__profile",)
    search_fields = ("title",)
    ordering = ("-created_at", "-id")
    inlines = (VariantInline, PictureInline)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[str]:
        """A product stays in its store: its orders do."""
        return ("store",) if obj else ()

    def save_related(
        self, request: HttpRequest, form: "ModelForm[Any]", formsets: Any, change: Any
    ) -> None:
        """Each variant has its row of stock at once, so that it can be counted."""
        super().save_related(request, form, formsets, change)
        stock.lock(form.instance.variants.values_list("pk", flat=True))


class MovementInline(ReadOnlyAdmin, MerchantTabularInline):
    model = StockMovement
    profile_path = "stock_item__variant__product__store__profile"
    fields = ("created_at", "kind", "on_hand_delta", "held_delta", "reference", "reason", "actor")
    ordering = ("-id",)
    per_page = 20
    hide_title = True


@admin.register(StockItem, site=merchant_site)
class StockItemAdmin(MerchantModelAdmin):
    profile_path = "variant__product__store__profile"
    add_roles = NOBODY  # it comes with its variant
    list_display = ("variant", "price", "on_hand", "held", "free", "low_at")
    list_select_related = ("variant__product__store",)
    list_filter = ("variant__product__store",)
    search_fields = ("variant__name", "variant__sku", "variant__product__title")
    ordering = ("variant__product__title", "variant__position", "id")
    fields = ("variant", "on_hand", "held", "low_at")
    readonly_fields = ("variant", "on_hand", "held")
    inlines = (MovementInline,)
    actions_detail = ("adjust",)

    @admin.display(description=_("price"))
    def price(self, item: StockItem) -> str:
        variant = item.variant
        return format_money(Money(variant.price_minor, variant.product.store.currency))

    @admin.display(description=_("free"))
    def free(self, item: StockItem) -> int:
        return item.free

    @action(description=_("Adjust the stock"), url_path="adjust")  # type: ignore[untyped-decorator]
    def adjust(self, request: HttpRequest, object_id: str) -> HttpResponse:
        item: StockItem = self.own_or_404(request, object_id)
        act = acts.Act(
            title=_("Adjust the stock"),
            button=_("Set the stock"),
            done=_("The stock is set."),
            form=StockForm,
            change_page="shop_stockitem_change",
            do=lambda answers: stock.adjust(
                variant_id=item.variant_id,
                on_hand=answers["on_hand"],
                reason=answers["reason"],
                actor_id=acting_user(request).pk,
                now=clock.now(),
            ),
        )
        return acts.page(request, item, act, initial={"on_hand": item.on_hand})


def low_stock(user: User) -> Sequence[DashboardRow]:
    """Variants on sale of which hardly any are left."""
    low: QuerySet[StockItem] = StockItem.objects.filter(
        variant__product__store__profile__in=managed_profile_ids(user),
        variant__is_active=True,
        variant__product__state="active",
        on_hand__lte=F("held") + F("low_at"),
    )
    url = reverse("merchant:shop_stockitem_changelist")
    return [DashboardRow(label=_("Running out of stock"), count=low.count(), url=url)]


def empty_shelves(user: User) -> Sequence[DashboardRow]:
    """Open stores in which there is nothing yet."""
    open_stores = Store.objects.filter(
        profile__in=managed_profile_ids(user), state=StoreState.APPROVED, products=None
    )
    url = reverse("merchant:shop_product_add")
    return [
        DashboardRow(label=_("Stores that wait for a product"), count=open_stores.count(), url=url)
    ]


register_dashboard("merchant", low_stock)
register_dashboard("merchant", empty_shelves)
