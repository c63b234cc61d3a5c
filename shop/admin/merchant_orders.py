"""Orders on the merchant site: who packs may ship, who leads may cancel."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as translate
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from accounts.admin.base import (
    EVERYBODY,
    LEADERS,
    MerchantModelAdmin,
    MerchantTabularInline,
    ReadOnlyAdmin,
)
from accounts.admin.sites import DashboardRow, merchant_site, register_dashboard
from accounts.models import User
from accounts.selectors import managed_profile_ids
from shop.admin import acts
from shop.admin.forms import CancelForm, ShipForm
from shop.fee_words import order_fee_words, order_money_words
from shop.models import Order, OrderLine
from shop.order_states import OrderState
from shop.services import orders
from socialcommerce.lib import clock
from socialcommerce.lib.money import Money, format_money


class LineInline(ReadOnlyAdmin, MerchantTabularInline):
    model = OrderLine
    profile_path = "order__store__profile"
    fields = ("title", "variant_name", "quantity")
    hide_title = True


@admin.register(Order, site=merchant_site)
class OrderAdmin(ReadOnlyAdmin, MerchantModelAdmin):
    profile_path = "store__profile"
    list_display = ("number", "bought", "total", "state", "created_at", "ship_by")
    list_filter = ("state", "store")
    list_select_related = ("store",)
    search_fields = ("number", "tracking_number")
    ordering = ("-created_at", "-id")
    inlines = (LineInline,)
    fields = (
        "number",
        "state",
        "total",
        "of_which",
        "fee",
        "money",
        "ship_to",
        "created_at",
        "paid_at",
        "ship_by",
        "shipped_at",
        "carrier",
        "tracking_number",
        "completed_at",
        "cancelled_at",
        "cancel_reason",
    )
    readonly_fields = ("total", "of_which", "fee", "money", "ship_to")
    actions_detail = ("ship", "cancel")
    view_on_site = False  # that page is the buyer's alone

    @admin.display(description=_("bought"))
    def bought(self, order: Order) -> str:
        return f"{order.shown['quantity']} × {order.shown['title']}, {order.shown['variant']}"

    @admin.display(description=_("total"))
    def total(self, order: Order) -> str:
        return format_money(Money(order.total_minor, order.currency))

    @admin.display(description=_("of which"))
    def of_which(self, order: Order) -> str:
        goods = format_money(Money(order.subtotal_minor, order.currency))
        shipping = format_money(Money(order.shipping_minor, order.currency))
        words = translate("%(goods)s for the goods, %(shipping)s for shipping")
        return words % {"goods": goods, "shipping": shipping}

    @admin.display(description=_("fee"))
    def fee(self, order: Order) -> str:
        return order_fee_words(order)

    @admin.display(description=_("your money"))
    def money(self, order: Order) -> str:
        return order_money_words(order)

    @admin.display(description=_("ship to"))
    def ship_to(self, order: Order) -> str:
        names = ("full_name", "line1", "line2", "postal_code", "city", "region", "country", "phone")
        return ", ".join(order.address[name] for name in names if order.address.get(name))

    @action(description=_("Mark as shipped"), url_path="ship")  # type: ignore[untyped-decorator]
    def ship(self, request: HttpRequest, object_id: str) -> HttpResponse:
        order: Order = self.own_or_404(request, object_id, EVERYBODY)
        act = acts.Act(
            title=_("Mark as shipped"),
            button=_("It is on its way"),
            done=_("Shipped; the buyer knows."),
            form=ShipForm,
            change_page="shop_order_change",
            do=lambda answers: orders.ship(order_id=order.pk, now=clock.now(), **answers),
        )
        return acts.page(request, order, act, initial={})

    @action(description=_("Cancel the order"), url_path="cancel")  # type: ignore[untyped-decorator]
    def cancel(self, request: HttpRequest, object_id: str) -> HttpResponse:
        order: Order = self.own_or_404(request, object_id, LEADERS)
        act = acts.Act(
            title=_("Cancel the order"),
            button=_("Cancel and give the money back"),
            done=_("Cancelled; the buyer gets the money back."),
            form=CancelForm,
            change_page="shop_order_change",
            do=lambda answers: orders.cancel(order_id=order.pk, now=clock.now(), **answers),
        )
        return acts.page(request, order, act, initial={})

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Only what the state and the person's role allow stands above the order."""
        order: Order | None = self.get_object(request, str(object_id))
        if order is None:
            return []
        offered: set[str] = set()
        if order.state == OrderState.PAID:
            offered.add("ship")
        leads = self.in_roles(request, Order.objects.filter(pk=order.pk), LEADERS).exists()
        if leads and order.state in {OrderState.PAID, OrderState.AWAITING_PAYMENT}:
            offered.add("cancel")
        found: list[Any] = super().get_actions_detail(request, object_id)
        return [one for one in found if one.path in offered]


def to_ship(user: User) -> Sequence[DashboardRow]:
    """Paid orders, which wait for somebody to pack them."""
    paid = Order.objects.filter(
        store__profile__in=managed_profile_ids(user), state=OrderState.PAID
    ).count()
    url = reverse("merchant:shop_order_changelist") + "?state__exact=paid"
    return [DashboardRow(label=_("Orders to ship"), count=paid, url=url)]


register_dashboard("merchant", to_ship)
