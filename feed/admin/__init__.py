"""Registered when Django looks for admin modules: posts and reports for operators."""

from feed.admin import operator

__all__ = ["operator"]
