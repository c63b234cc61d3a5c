"""The page around the panel is made once for everybody; what is one person's never gets into it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import Profile, User
from accounts.services import notices
from flashsale.models import Sale
from flashsale.pages import shared
from socialcommerce.lib import clock
from tests.factories import flashsale as sales

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]


@pytest.fixture(autouse=True)
def kept_for_long(settings: Settings) -> None:
    settings.SALE_PAGE_CACHE_MS = 60_000
    shared.forget()


def page(client: Client, sale: Sale) -> str:
    return str(client.get(sale.get_absolute_url()).content.decode())


def browsers(client_of: ClientOf, sale: Sale, count: int) -> list[tuple[Profile, Client]]:
    crowd = sales.crowd(sale, count)
    people = [Profile.objects.get(pk=person.profile_id) for person in crowd]
    return [(person, client_of(person.user)) for person in people if person.user is not None]


def token_in(text: str) -> str:
    return text.partition('data-token="')[2].partition('"')[0]


def close_reservations(sale: Sale) -> None:
    now = clock.now()
    Sale.objects.filter(pk=sale.pk).update(
        reserve_opens_at=now - timedelta(minutes=9), reserve_closes_at=now - timedelta(seconds=1)
    )


def test_everybody_has_the_own_token_in_one_and_the_same_page(client_of: ClientOf) -> None:
    sale = sales.approved_sale()
    (_ann, first), (_ben, second) = browsers(client_of, sale, 2)
    close_reservations(sale)
    pages = [page(first, sale), page(second, sale), page(first, sale)]
    tokens = [token_in(text) for text in pages]
    assert tokens[0] == tokens[2]
    assert tokens[0] not in pages[1]
    assert tokens[1] not in pages[0]
    assert all(text.count("data-sale-panel") == 1 for text in pages)


def test_each_form_carries_the_csrf_token_of_its_own_browser(client_of: ClientOf) -> None:
    sale = sales.approved_sale()
    (_ann, first), (_ben, second) = browsers(client_of, sale, 2)
    page(first, sale)
    response = second.get(sale.get_absolute_url())
    secret = second.cookies["csrftoken"].value
    assert secret != first.cookies["csrftoken"].value
    token = response.content.decode().partition('"X-CSRFToken": "')[2].partition('"')[0]
    strict = Client(enforce_csrf_checks=True)
    for cookies, status in ((second.cookies, 303), (first.cookies, 403)):
        strict.cookies = cookies
        answer = strict.post(
            f"/sales/{sale.pk}/reservation/withdraw/", headers={"X-CSRFToken": token}
        )
        assert answer.status_code == status


def test_a_stranger_sees_no_page_of_somebody_who_is_logged_in(client_of: ClientOf) -> None:
    sale = sales.approved_sale()
    ((_ann, browser),) = browsers(client_of, sale, 1)
    known, stranger = page(browser, sale), page(Client(), sale)
    assert "Reserved, number 1" in known
    assert "Reserved, number 1" not in stranger
    assert 'href="/orders/"' in known
    assert 'href="/orders/"' not in stranger
    assert 'data-token=""' in stranger


def test_news_theme_and_messages_are_of_one_person(client_of: ClientOf) -> None:
    sale = sales.approved_sale()
    (ann, first), (_ben, second) = browsers(client_of, sale, 2)
    notices.notify(recipient_id=ann.pk, kind="followed", url="/", now=clock.now())
    first.cookies["theme"] = "dark"
    first.post(f"/sales/{sale.pk}/reservation/withdraw/")
    mine, other = page(first, sale), page(second, sale)
    for words in ('data-theme="dark"', 'class="count"', "Your reservation is withdrawn"):
        assert words in mine
        assert words not in other
        assert words not in page(Client(), sale)


def test_news_that_was_read_is_counted_no_more(client_of: ClientOf) -> None:
    sale = sales.approved_sale()
    ((ann, browser),) = browsers(client_of, sale, 1)
    notices.notify(recipient_id=ann.pk, kind="followed", url="/", now=clock.now())
    assert 'class="count"' in page(browser, sale)
    notices.mark_read(recipient=ann, now=clock.now())
    assert 'class="count"' not in page(browser, sale)


def test_a_kept_sale_turns_with_the_clock() -> None:
    sale = sales.approved_sale()
    Sale.objects.filter(pk=sale.pk).update(starts_at=sale.starts_at + timedelta(seconds=1))
    now = clock.now()
    assert shared.sale(sale.pk, now=now).phase == "reserving"
    assert shared.sale(sale.pk, now=sale.reserve_closes_at).phase == "ready"
    assert shared.sale(sale.pk, now=now).phase == "reserving"


def test_a_kept_sale_counts_down_from_now() -> None:
    sale = sales.approved_sale()
    now = clock.now()
    first = shared.sale(sale.pk, now=now)
    later = shared.sale(sale.pk, now=now + timedelta(seconds=2))
    assert first.left - later.left == timedelta(seconds=2)


def test_a_crowd_reads_the_sale_once(
    client_of: ClientOf, django_assert_max_num_queries: Any
) -> None:
    sale = sales.approved_sale()
    (_ann, first), (_ben, second) = browsers(client_of, sale, 2)
    page(first, sale)
    page(second, sale)
    # User, profile and reservation: what is the person's own.
    with django_assert_max_num_queries(3):
        page(second, sale)
