from django.urls import URLPattern, URLResolver, path

from shop.views import checkout, market, orders, stores

app_name = "shop"

urlpatterns: list[URLPattern | URLResolver] = [
    path("market/", market.index, name="market"),
    path("market/open/", stores.open_store, name="open_store"),
    path("market/stores/<str:handle>/", market.store, name="store"),
    path("market/products/<int:product_id>/<str:slug>/", market.product, name="product"),
    path("checkout/<int:product_id>/", checkout.card, name="checkout"),
    path("checkout/<int:product_id>/offer/", checkout.closed, name="checkout_offer"),
    path("checkout/<int:product_id>/address/", checkout.add_address, name="checkout_address"),
    path("orders/", orders.index, name="orders"),
    path("orders/<str:number>/", orders.detail, name="order"),
    path("orders/<str:number>/status/", orders.status, name="order_status"),
    path("orders/<str:number>/pay/", orders.pay, name="order_pay"),
    path("orders/<str:number>/cancel/", orders.cancel, name="order_cancel"),
    path("orders/<str:number>/received/", orders.confirm, name="order_confirm"),
]
