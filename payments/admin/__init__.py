"""Registered when Django looks for admin modules: merchants' money, and operators' books."""

from payments.admin import (
    merchant,
    merchant_disputes,
    operator,
    operator_disputes,
    operator_gift_cards,
    operator_merchants,
    operator_people,
    operator_reconciling,
)

__all__ = [
    "merchant",
    "merchant_disputes",
    "operator",
    "operator_disputes",
    "operator_gift_cards",
    "operator_merchants",
    "operator_people",
    "operator_reconciling",
]
