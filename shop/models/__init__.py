from shop.models.coupons import Coupon, CouponUse
from shop.models.evidence import PaidFrom
from shop.models.fees import FeeRule, FeeScope
from shop.models.orders import Order, OrderLine, OrderOrigin
from shop.models.products import Category, Product, ProductPicture, ProductState, Variant
from shop.models.stock import HoldState, MovementKind, StockHold, StockItem, StockMovement
from shop.models.stores import Store

__all__ = [
    "Category",
    "Coupon",
    "CouponUse",
    "FeeRule",
    "FeeScope",
    "HoldState",
    "MovementKind",
    "Order",
    "OrderLine",
    "OrderOrigin",
    "PaidFrom",
    "Product",
    "ProductPicture",
    "ProductState",
    "StockHold",
    "StockItem",
    "StockMovement",
    "Store",
    "Variant",
]
