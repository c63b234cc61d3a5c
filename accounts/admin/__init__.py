"""Registered when Django looks for admin modules: what operators see of accounts."""

from accounts.admin import operator

__all__ = ["operator"]
