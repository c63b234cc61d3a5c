"""The Payment Element: the page carries what the card service's script needs, and what comes back
is believed only when it belongs to the person. The script's own part is played against the sandbox.
"""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
import stripe
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from payments.models import CardSetup, Instrument
from payments.sandbox.server import Sandbox
from payments.services import cards, stripe_events
from socialcommerce.lib import clock
from tests.payments.conftest import BindCard
from tests.payments.sandbox_fixture import deliver

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
SCRIPT = "https://js.stripe.com/"
VISA, DECLINED = "pm_card_visa", "pm_card_chargeDeclined"


@pytest.fixture(autouse=True)
def element(settings: Settings, stripe_sandbox: Sandbox) -> None:
    settings.STRIPE_PAYMENT_ELEMENT = True
    settings.STRIPE_PUBLISHABLE_KEY = "pk_test_plaza"


def begin(browser: Client, next_url: str = "/wallet/top-up/") -> dict[str, str]:
    answer = browser.post(reverse("payments:card_here"), {"next": next_url})
    assert answer.status_code == 200, answer.content
    return answer.json()


def type_in_the_frame(sandbox: Sandbox, client_secret: str, method: str = VISA) -> str:
    """What the card service's script does with the secret; the id of the SetupIntent."""
    intent_id = client_secret.partition("_secret_")[0]
    api = stripe.StripeClient(sandbox.secret_key, base_addresses={"api": sandbox.url})
    api.v1.setup_intents.confirm(intent_id, {"payment_method": method})
    return intent_id


def come_back(browser: Client, form: dict[str, str]):  # type: ignore[no-untyped-def]
    return browser.get(urlsplit(form["return_url"]).path)


def test_the_page_carries_what_the_script_needs(alice: User, client_of: ClientOf) -> None:
    answer = client_of(alice).get(reverse("payments:card_new"), {"next": "/orders/"})
    html = answer.content.decode()
    assert f'<script defer src="{SCRIPT}' in html
    assert "js/payment-element.js" in html
    assert 'data-key="pk_test_plaza"' in html
    assert f'action="{reverse("payments:card_here")}"' in html
    assert html.count('name="next" value="/orders/"') == 2
    policy = answer["Content-Security-Policy"]
    assert "script-src 'self' https://js.stripe.com https://*.js.stripe.com" in policy.split("; ")
    assert "'unsafe-inline'" not in policy


def test_without_scripts_the_hosted_page_is_on_the_same_page(
    alice: User, client_of: ClientOf
) -> None:
    html = client_of(alice).get(reverse("payments:card_new")).content.decode()
    assert f'action="{reverse("payments:card_new")}"' in html
    assert "data-payment-element data-key" in html
    assert html.partition("data-payment-element data-key")[2].partition(">")[0].endswith("hidden")


def test_no_other_page_loads_the_script_or_may(alice: User, client_of: ClientOf) -> None:
    browser = client_of(alice)
    for url in ("/", reverse("payments:wallet"), reverse("payments:top_up")):
        answer = browser.get(url)
        assert SCRIPT not in answer.content.decode()
        assert "stripe.com" not in answer["Content-Security-Policy"]


def test_where_the_sandbox_stands_in_there_is_no_frame(
    alice: User, client_of: ClientOf, settings: Settings
) -> None:
    settings.STRIPE_PAYMENT_ELEMENT = False
    answer = client_of(alice).get(reverse("payments:card_new"))
    assert SCRIPT not in answer.content.decode()
    assert "stripe.com" not in answer["Content-Security-Policy"]
    assert client_of(alice).post(reverse("payments:card_here")).status_code == 404


def test_a_card_typed_in_the_frame_is_bound_once_however_often_one_comes_back(
    alice: User, client_of: ClientOf, stripe_sandbox: Sandbox
) -> None:
    browser = client_of(alice)
    form = begin(browser)
    type_in_the_frame(stripe_sandbox, form["client_secret"])
    for _repeat in range(3):
        answer = come_back(browser, form)
        assert (answer.status_code, answer["Location"]) == (303, "/wallet/top-up/")
    card = Instrument.objects.get()
    assert (card.profile, card.last4, card.is_default) == (alice.profile, "4242", True)


def test_a_person_who_never_comes_back_has_the_card_all_the_same(
    alice: User, client_of: ClientOf, stripe_sandbox: Sandbox, client: Client
) -> None:
    form = begin(client_of(alice))
    type_in_the_frame(stripe_sandbox, form["client_secret"])
    assert set(deliver(stripe_sandbox, client)) == {200}
    stripe_events.process_due(now=clock.now(), limit=50)
    assert Instrument.objects.get().profile == alice.profile
    come_back(client_of(alice), form)
    assert Instrument.objects.count() == 1


def test_coming_back_without_a_card_binds_none(
    alice: User, client_of: ClientOf, stripe_sandbox: Sandbox
) -> None:
    browser = client_of(alice)
    form = begin(browser)
    assert come_back(browser, form).status_code == 303
    with pytest.raises(stripe.CardError):
        type_in_the_frame(stripe_sandbox, form["client_secret"], DECLINED)
    assert come_back(browser, form).status_code == 303
    assert not Instrument.objects.exists()


def test_somebody_elses_way_back_is_not_found(
    alice: User, mallory: User, client_of: ClientOf, stripe_sandbox: Sandbox
) -> None:
    form = begin(client_of(alice))
    type_in_the_frame(stripe_sandbox, form["client_secret"])
    assert come_back(client_of(mallory), form).status_code == 404
    assert not Instrument.objects.exists()


def test_a_foreign_setup_intent_in_the_address_counts_for_nothing(
    alice: User, mallory: User, client_of: ClientOf, stripe_sandbox: Sandbox
) -> None:
    hers = begin(client_of(alice))
    intent_id = type_in_the_frame(stripe_sandbox, hers["client_secret"])
    thief = client_of(mallory)
    mine = urlsplit(begin(thief)["return_url"]).path
    thief.get(mine, {"setup_intent": intent_id, "redirect_status": "succeeded"})
    assert not Instrument.objects.exists()


def test_a_card_of_another_customer_is_refused(
    alice: User, mallory: User, client_of: ClientOf, stripe_sandbox: Sandbox
) -> None:
    intent_id = type_in_the_frame(stripe_sandbox, begin(client_of(alice))["client_secret"])
    CardSetup.objects.all().delete()
    thief = client_of(mallory)
    form = begin(thief)
    CardSetup.objects.update(stripe_id=intent_id)
    assert come_back(thief, form).status_code == 409
    assert not Instrument.objects.exists()


def test_a_hosted_page_of_another_customer_is_refused(
    alice: User, mallory: User, bind: BindCard
) -> None:
    bind(alice)
    done = CardSetup.objects.get()
    bind(mallory, "5555555555554444")
    CardSetup.objects.filter(pk=done.pk).update(profile=mallory.profile, instrument=None)
    done.refresh_from_db()
    with pytest.raises(cards.SetupRefused):
        cards.finish_setup(done, now=clock.now())
    assert Instrument.objects.bound_to(mallory.profile.pk).get().last4 == "4444"


def test_the_way_on_stays_on_this_site(alice: User, client_of: ClientOf) -> None:
    begin(client_of(alice), "//elsewhere.example/")
    assert CardSetup.objects.get().next_url == "/wallet/"


def test_the_door_opens_a_few_times_an_hour(alice: User, client_of: ClientOf) -> None:
    browser = client_of(alice)
    statuses = {browser.post(reverse("payments:card_here")).status_code for _try in range(21)}
    assert statuses == {200, 429}


def test_strangers_and_other_methods_are_refused(
    alice: User, client: Client, client_of: ClientOf
) -> None:
    assert "login" in client.post(reverse("payments:card_here"))["Location"]
    assert client_of(alice).get(reverse("payments:card_here")).status_code == 405
