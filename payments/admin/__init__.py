"""Registered when Django looks for admin modules: what operators see of the money."""

from payments.admin import operator

__all__ = ["operator"]
