"""Threads with connections of their own, so transactions are real here."""

from tests.flashsale.conftest import calm_gate

__all__ = ["calm_gate"]
