"""What the sale's tests share."""

from collections.abc import Iterator

import pytest
from pytest_django.fixtures import Settings

from flashsale.gate import published


@pytest.fixture(autouse=True)
def calm_gate(settings: Settings) -> Iterator[None]:
    """No other test's gate is remembered, and a slow machine does not close this one's."""
    settings.SALE_LEASE_MS = 120_000
    published._cache.clear()
    yield
    published._cache.clear()
