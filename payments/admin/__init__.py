"""Registered when Django looks for admin modules: merchants' money, and operators' books."""

from payments.admin import merchant, operator, operator_merchants, operator_reconciling

__all__ = ["merchant", "operator", "operator_merchants", "operator_reconciling"]
