"""Endpoints of the shop, below /api/v1/."""

from django.urls import URLPattern, URLResolver, path

from shop.api import orders, products, stores

app_name = "shop_api"

urlpatterns: list[URLPattern | URLResolver] = [
    path("products", products.Products.as_view(), name="products"),
    path("products/<int:product_id>", products.ProductDetail.as_view(), name="product"),
    path("checkout", orders.Checkout.as_view(), name="checkout"),
    path("orders", orders.Orders.as_view(), name="orders"),
    path("orders/<str:number>", orders.OrderDetail.as_view(), name="order"),
    path("orders/<str:number>/pay", orders.OrderPay.as_view(), name="order_pay"),
    path("orders/<str:number>/cancel", orders.OrderCancel.as_view(), name="order_cancel"),
    path(
        "orders/<str:number>/confirm-receipt",
        orders.OrderConfirmReceipt.as_view(),
        name="order_confirm_receipt",
    ),
    path("stores/<str:handle>/statement", stores.StoreStatement.as_view(), name="store_statement"),
    path("stores/<str:handle>/payouts", stores.StorePayouts.as_view(), name="store_payouts"),
]
