"""Lists and logs of the operator site say what is meant; no key of the code is shown."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from accounts.models import User
from flashsale.admin.operator_console import WORDS
from flashsale.models import Rehearsal, Sale
from flashsale.sale_states import SaleState
from flashsale.services import acts
from socialcommerce.lib import clock
from tests.factories import flashsale as sales
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db
APP = Path(acts.__file__).parents[1]


@pytest.fixture
def operator(client_of: Callable[[User], Client]) -> Client:
    return client_of(UserFactory.create(is_operator=True))


@pytest.mark.parametrize("state", SaleState)
def test_the_list_of_sales_names_every_state(operator: Client, state: SaleState) -> None:
    sale = sales.draft_sale()
    since = clock.now() if state == SaleState.PAUSED else None
    Sale.objects.filter(pk=sale.pk).update(state=state, paused_at=since)
    said = operator.get("/operator/flashsale/sale/").content.decode()
    assert re.search(rf">\s*{state.label}\s*</span>", said)
    assert not re.search(rf">\s*{state.value}\s*</span>", said)


def test_the_live_page_names_the_phase(operator: Client) -> None:
    sale = sales.live_sale(units=1)
    (person,) = sales.crowd(sale, 1)
    sales.claim(sale, person)
    sales.drain(sale)
    url = f"/operator/flashsale/sale/{sale.pk}/live"
    assert "data-live-phase>Sold out</span>" in operator.get(f"{url}/").content.decode()
    assert operator.get(f"{url}.json").json()["phase_words"] == "Sold out"


def test_a_rehearsal_that_plays_is_under_way(operator: Client) -> None:
    sale = sales.draft_sale()
    Rehearsal.objects.create(
        sale=sale, people=10, curve=[], requested_at=clock.now(), requested_by=UserFactory.create()
    )
    said = operator.get("/operator/flashsale/rehearsal/").content.decode()
    assert re.search(r">\s*under way\s*</span>", said)


def test_every_act_that_is_written_has_its_words_in_the_audit_log() -> None:
    """`kind` as the services write it; dead letters name theirs where they end them."""
    code = "\n".join(path.read_text() for path in APP.rglob("*.py"))
    kinds = set(re.findall(r'acts\.log\([^)]*?kind="(\w+)"', code, re.DOTALL))
    kinds |= set(re.findall(r'_end\(letter, "(\w+)"', code)) | {"void_told"}
    assert len(kinds) > 10
    assert kinds - set(WORDS) == set()
