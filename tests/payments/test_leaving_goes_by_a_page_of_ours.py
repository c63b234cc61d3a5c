"""No form of ours leads to another site: what follows it is a page of ours, and that goes on."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.models import User
from payments.sandbox.server import Sandbox
from socialcommerce.lib import clock
from tests.payments.conftest import BindCard
from tests.payments.sandbox_fixture import goes_on_to

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
WANTS_3DS = "4000000000003220"


@pytest.fixture
def way_out(alice: User, client_of: ClientOf, stripe_sandbox: Sandbox) -> str:
    """Where a form for a card has led alice: a page of this site."""
    return client_of(alice).post(reverse("payments:card_new"))["Location"]


def test_a_form_may_lead_to_this_site_alone() -> None:
    assert settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]["form-action"] == ["'self'"]


def test_the_page_goes_on_by_itself_and_by_a_link(
    way_out: str, alice: User, client_of: ClientOf, stripe_sandbox: Sandbox
) -> None:
    assert way_out.startswith("/wallet/leave/")
    answer = client_of(alice).get(way_out)
    html = answer.content.decode()
    by_itself = re.search(r'<meta http-equiv="refresh" content="0;url=([^"]+)">', html)
    assert by_itself is not None
    url = unescape(by_itself[1])
    assert url.startswith(stripe_sandbox.url)
    assert f'href="{by_itself[1]}"' in html
    assert "no-store" in answer["Cache-Control"]


def test_a_script_goes_straight_there(
    alice: User, client_of: ClientOf, stripe_sandbox: Sandbox
) -> None:
    answer = client_of(alice).post(reverse("payments:card_new"), headers={"HX-Request": "true"})
    assert answer.status_code == 204
    assert answer["HX-Redirect"].startswith(stripe_sandbox.url)


def test_the_banks_page_is_reached_the_same_way(
    alice: User, client_of: ClientOf, bind: BindCard
) -> None:
    browser, card = client_of(alice), bind(alice, WANTS_3DS)
    form = {"amount": "25", "card": card.pk, "key": "k"}
    answer = browser.post(reverse("payments:top_up"), form)
    assert "/3ds/" in goes_on_to(browser, answer)


def test_somebody_elses_way_out_is_not_found(
    way_out: str, mallory: User, client_of: ClientOf
) -> None:
    assert client_of(mallory).get(way_out).status_code == 404


@pytest.mark.parametrize("ticket", ["https:elsewhere.example", "x:y:z", "eyJh"])
def test_a_made_up_way_out_is_not_found(ticket: str, alice: User, client_of: ClientOf) -> None:
    url = reverse("payments:leave", args=[ticket])
    assert client_of(alice).get(url).status_code == 404


def test_a_changed_address_is_not_found(way_out: str, alice: User, client_of: ClientOf) -> None:
    changed = way_out.replace("/leave/", "/leave/x", 1)
    assert client_of(alice).get(changed).status_code == 404


def test_an_old_way_out_is_not_found(way_out: str, alice: User, client_of: ClientOf) -> None:
    browser = client_of(alice)
    with time_machine.travel(clock.now() + timedelta(minutes=16)):
        assert browser.get(way_out).status_code == 404


def test_strangers_log_in_first_and_other_methods_are_refused(
    way_out: str, alice: User, client: Client, client_of: ClientOf
) -> None:
    assert "login" in client.get(way_out)["Location"]
    assert client_of(alice).post(way_out).status_code == 405
