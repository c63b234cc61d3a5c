from flashsale.admin import (
    merchant,
    operator,
    operator_letters,
    operator_line_up,
    operator_rehearsals,
    operator_sales,
)

__all__ = [
    "merchant",
    "operator",
    "operator_letters",
    "operator_line_up",
    "operator_rehearsals",
    "operator_sales",
]
