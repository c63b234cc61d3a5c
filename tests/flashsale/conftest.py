"""What the sale's tests share."""

from collections.abc import Iterator

import pytest

from flashsale.gate import published


@pytest.fixture(autouse=True)
def nothing_published() -> Iterator[None]:
    """What this process has cached of other tests' gates is forgotten."""
    published._cache.clear()
    yield
    published._cache.clear()
