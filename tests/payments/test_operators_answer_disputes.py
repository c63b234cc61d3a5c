"""Operators see what the bank wants to know, send it, or give in; stores say what happened."""

from collections.abc import Callable

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from accounts.models import Profile, User
from payments.models import Dispute
from payments.sandbox.server import Sandbox
from tests.factories import disputes
from tests.factories.accounts import StoreProfileFactory
from tests.factories.payments import open_card_payment
from tests.payments.conftest import BindCard

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]


@pytest.fixture
def found(alice: User, bob: User, bind: BindCard, stripe_sandbox: Sandbox) -> Dispute:
    store: Profile = StoreProfileFactory.create(owner=bob, handle="paper_moon")
    sold = disputes.paid(open_card_payment(alice.profile, store, bind(alice), 1_000))
    return disputes.dispute(stripe_sandbox, sold, reason="product_not_received")


@pytest.fixture
def operator(mallory: User, client_of: ClientOf) -> Client:
    mallory.is_operator = True
    mallory.save()
    return client_of(mallory)


@pytest.fixture
def merchant(bob: User, client_of: ClientOf) -> Client:
    return client_of(bob)


def page(browser: Client, url: str) -> str:
    return browser.get(url, follow=True).content.decode()


def test_the_operator_sees_what_it_is_about(found: Dispute, operator: Client) -> None:
    listed = page(operator, "/operator/payments/dispute/")
    for words in ("paper_moon", "$10.00", "an answer is needed", "8 days"):
        assert words in listed
    whole = page(operator, f"/operator/payments/dispute/{found.pk}/change/")
    assert "The buyer says that nothing has arrived." in whole
    assert "Stripe took $15.00 of us" in whole
    assert "disputes that wait for an answer" in page(operator, "/operator/")


def test_the_operator_sends_evidence(found: Dispute, operator: Client) -> None:
    url = f"/operator/payments/dispute/{found.pk}/submit/"
    assert "it can be sent once" in page(operator, url)
    answer = operator.post(url, {"statement": "It was signed for."}, follow=True)
    assert "which now decides" in answer.content.decode()
    found.refresh_from_db()
    assert (found.state, found.statement) == ("under_review", "It was signed for.")
    assert LogEntry.objects.get().change_message == "evidence"
    again = operator.post(url, {"statement": "Once more."})
    assert again.status_code == 409
    assert "answered already" in again.content.decode()


def test_without_a_word_and_without_facts_nothing_is_sent(found: Dispute, operator: Client) -> None:
    answer = operator.post(f"/operator/payments/dispute/{found.pk}/submit/", {"statement": ""})
    assert answer.status_code == 422
    assert "Please say what happened" in answer.content.decode()


def test_the_operator_gives_in(found: Dispute, operator: Client) -> None:
    url = f"/operator/payments/dispute/{found.pk}/accept/"
    assert "cannot be taken back" in page(operator, url)
    operator.post(url, {})
    found.refresh_from_db()
    assert found.state == "lost"


def test_what_does_not_agree_is_looked_at_and_worked_off(
    found: Dispute, operator: Client, stripe_sandbox: Sandbox
) -> None:
    Dispute.objects.update(trouble="Stripe says 5 USD")
    assert "disputes that do not agree with Stripe" in page(operator, "/operator/")
    chosen = {"_selected_action": str(found.pk)}
    url = "/operator/payments/dispute/"
    operator.post(url, {"action": "work_off", **chosen, "reason": "a test of Stripe"})
    found.refresh_from_db()
    assert found.trouble == ""
    assert LogEntry.objects.get().change_message == "Stripe says 5 USD: a test of Stripe"
    stripe_sandbox.control(f"disputes/{found.stripe_id}", status="lost")
    answer = operator.post(url, {"action": "look_again", **chosen}, follow=True)
    assert "1000 USD lost" in answer.content.decode()


def test_the_store_says_what_happened_until_it_is_sent(
    found: Dispute, merchant: Client, operator: Client
) -> None:
    whole = page(merchant, f"/merchant/payments/dispute/{found.pk}/change/")
    assert "Say when and how it was sent" in whole
    url = f"/merchant/payments/dispute/{found.pk}/state-case/"
    merchant.post(url, {"statement": "Sent on Monday."})
    assert "Sent on Monday." in page(operator, f"/operator/payments/dispute/{found.pk}/submit/")
    operator.post(f"/operator/payments/dispute/{found.pk}/submit/", {"statement": "Sent."})
    assert merchant.post(url, {"statement": "Too late"}).status_code == 409
    found.refresh_from_db()
    assert found.statement == "Sent."


def test_the_store_cannot_answer_the_bank_itself(found: Dispute, merchant: Client) -> None:
    for act in ("submit", "accept"):
        url = f"/merchant/payments/dispute/{found.pk}/{act}/"
        assert merchant.post(url, {"statement": "x"}).status_code in {302, 404}
    found.refresh_from_db()
    assert (found.state, found.answer) == ("needs_response", "")


def test_people_without_a_role_see_nothing(
    found: Dispute, alice: User, client_of: ClientOf
) -> None:
    for site in ("merchant", "operator"):
        answer = client_of(alice).get(f"/{site}/payments/dispute/{found.pk}/change/")
        assert answer.status_code in {302, 403, 404}


def test_the_pages_cost_the_same_for_one_and_for_many(
    found: Dispute, operator: Client, django_assert_max_num_queries: Callable[..., object]
) -> None:
    rows = [
        Dispute(
            payment=found.payment,
            stripe_id=f"du_{number}",
            amount_minor=1,
            currency="USD",
            reason="general",
            opened_at=found.opened_at,
        )
        for number in range(20)
    ]
    Dispute.objects.bulk_create(rows)
    page(operator, "/operator/payments/dispute/")
    with django_assert_max_num_queries(15):  # type: ignore[attr-defined]
        page(operator, "/operator/payments/dispute/")
