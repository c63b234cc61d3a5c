"""What a web process keeps of sale pages does not grow with the sales that anybody looks at."""

import pytest
from django.test import Client

from flashsale.pages import shared
from tests.factories import flashsale as sales

pytestmark = pytest.mark.django_db


def test_a_walk_through_many_sales_leaves_few_in_memory(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared, "KEPT_MAX", 3)
    shared.forget()
    for _sale in range(5):
        assert client.get(sales.approved_sale().get_absolute_url()).status_code == 200
        assert 1 <= max(len(shared._views), len(shared._shells)) <= 3
