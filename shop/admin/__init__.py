"""Registered when Django looks for admin modules: the merchant's rooms and the operator's."""

from shop.admin import (
    merchant_coupons,
    merchant_orders,
    merchant_products,
    merchant_store,
    operator,
    operator_fees,
)

__all__ = [
    "merchant_coupons",
    "merchant_orders",
    "merchant_products",
    "merchant_store",
    "operator",
    "operator_fees",
]
