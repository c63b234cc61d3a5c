"""The pages of Checkout and of 3-D Secure, visited as a browser without JavaScript would."""

import pytest
import stripe
import time_machine

from payments.sandbox.server import Sandbox
from tests.payments.sandbox.conftest import Pay
from tests.payments.sandbox_fixture import answer_bank, type_card, visit

SUCCESS = "http://127.0.0.1/done?session={CHECKOUT_SESSION_ID}"
CANCEL = "http://127.0.0.1/back?a=1&b=2"


def setup_session(
    api: stripe.StripeClient, customer: stripe.Customer, **changes: object
) -> stripe.checkout.Session:
    params = {
        "mode": "setup",
        "customer": customer.id,
        "success_url": SUCCESS,
        "cancel_url": CANCEL,
        "allowed_payment_method_types": ["card"],
        "client_reference_id": "profile-7",
        **changes,
    }
    return api.v1.checkout.sessions.create(params)  # type: ignore[arg-type]


def payment_session(api: stripe.StripeClient, customer: stripe.Customer) -> stripe.checkout.Session:
    price = {"currency": "usd", "unit_amount": 700, "product_data": {"name": "Tea"}}
    return api.v1.checkout.sessions.create(
        {
            "mode": "payment",
            "customer": customer.id,
            "success_url": SUCCESS,
            "line_items": [{"price_data": price, "quantity": 2}],  # type: ignore[typeddict-item]
            "payment_intent_data": {"metadata": {"order": "5"}},
        }
    )


def test_the_page_says_what_it_is_and_labels_its_fields(
    api: stripe.StripeClient, customer: stripe.Customer
) -> None:
    status, _, html = visit(setup_session(api, customer).url or "")
    assert status == 200
    assert "Development stand-in for Stripe" in html
    assert "4242 4242 4242 4242" in html
    assert 'name="viewport"' in html
    assert "<script" not in html
    assert 'href="http://127.0.0.1/back?a=1&amp;b=2"' in html
    for name in ("number", "expiry", "cvc"):
        assert f'<label for="{name}">' in html
        assert f'id="{name}"' in html


def test_a_card_is_bound(api: stripe.StripeClient, customer: stripe.Customer) -> None:
    session = setup_session(api, customer)
    location = type_card(session.url or "", "4242424242424242")
    assert location == f"http://127.0.0.1/done?session={session.id}"
    done = api.v1.checkout.sessions.retrieve(
        session.id, {"expand": ["setup_intent.payment_method"]}
    )
    assert (done.status, done.client_reference_id) == ("complete", "profile-7")
    assert isinstance(done.setup_intent, stripe.SetupIntent)
    assert isinstance(done.setup_intent.payment_method, stripe.PaymentMethod)
    assert done.setup_intent.payment_method.customer == customer.id
    kinds = [event.type for event in api.v1.events.list().data]
    assert kinds[:3] == [
        "checkout.session.completed",
        "setup_intent.succeeded",
        "payment_method.attached",
    ]


def test_a_second_submission_changes_nothing(
    api: stripe.StripeClient, customer: stripe.Customer
) -> None:
    session = setup_session(api, customer)
    address = session.url or ""
    assert type_card(address, "4242424242424242") == type_card(address, "5555555555554444")
    assert len(api.v1.customers.payment_methods.list(customer.id).data) == 1


def test_a_payment_is_paid(api: stripe.StripeClient, customer: stripe.Customer) -> None:
    session = payment_session(api, customer)
    assert (session.amount_total, session.payment_status) == (1400, "unpaid")
    assert "You pay 14.00 USD." in visit(session.url or "")[2]
    type_card(session.url or "", "4242424242424242")
    done = api.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    assert (done.status, done.payment_status) == ("complete", "paid")
    assert isinstance(done.payment_intent, stripe.PaymentIntent)
    assert done.payment_intent.amount_received == 1400
    assert done.payment_intent.metadata.to_dict() == {"order": "5"}


@pytest.mark.parametrize(
    ("form", "field", "text"),
    [
        ({"number": "4242424242424241"}, "number", "number is incorrect"),
        ({"number": ""}, "number", "number is incorrect"),
        ({"number": "4111111111111111"}, "number", "published test cards"),
        ({"expiry": ""}, "expiry", "month and the year"),
        ({"expiry": "13/34"}, "expiry", "expiration month"),
        ({"expiry": "01/20"}, "expiry", "past or invalid"),
        ({"cvc": "12"}, "cvc", "3 digits"),
        ({"number": "378282246310005"}, "cvc", "4 digits"),
    ],
)
def test_a_typing_error_is_explained_beside_its_field(
    api: stripe.StripeClient,
    customer: stripe.Customer,
    form: dict[str, str],
    field: str,
    text: str,
) -> None:
    session = setup_session(api, customer)
    good = {"number": "4242424242424242", "expiry": "12/34", "cvc": "123"}
    status, _, html = visit(session.url or "", {**good, **form})
    assert status == 422
    shown = html.split(f'id="{field}-error">')[1].split("</p>")[0]
    assert text in shown
    assert f'aria-describedby="{field}-error"' in html
    assert api.v1.checkout.sessions.retrieve(session.id).status == "open"


def test_every_field_that_is_wrong_is_named_at_once(
    api: stripe.StripeClient, customer: stripe.Customer
) -> None:
    url = setup_session(api, customer).url or ""
    _, _, html = visit(url, {"number": "4242424242424242", "expiry": "1/20", "cvc": "x"})
    assert html.count('aria-invalid="true"') == 2
    _, _, html = visit(url, {"number": "4242", "expiry": "1/20", "cvc": "123"})
    assert html.count('aria-invalid="true"') == 2


def test_what_was_typed_cannot_become_markup(
    api: stripe.StripeClient, customer: stripe.Customer
) -> None:
    evil = '"><script>alert(1)</script>'
    _, _, html = visit(setup_session(api, customer).url or "", {"number": evil, "expiry": evil})
    assert "<script" not in html


@pytest.mark.parametrize("make", [setup_session, payment_session])
def test_after_a_decline_another_card_works(
    api: stripe.StripeClient, customer: stripe.Customer, make: object
) -> None:
    session = make(api, customer)  # type: ignore[operator]
    form = {"number": "4000000000009995", "expiry": "12/34", "cvc": "123"}
    status, _, html = visit(session.url, form)
    assert status == 422
    assert "insufficient funds. Try another card." in html
    type_card(session.url, "4242424242424242")
    assert api.v1.checkout.sessions.retrieve(session.id).status == "complete"


@pytest.mark.parametrize("make", [setup_session, payment_session])
def test_a_card_with_three_d_secure_goes_by_the_bank(
    api: stripe.StripeClient, customer: stripe.Customer, make: object
) -> None:
    session = make(api, customer)  # type: ignore[operator]
    bank = type_card(session.url, "4000002500003155")
    status, _, html = visit(bank)
    assert status == 200
    assert ">Complete</button>" in html
    assert ">Fail</button>" in html
    status, _, html = visit(answer_bank(bank, "fail"))
    assert status == 422
    assert "failed authentication" in html
    bank = type_card(session.url, "4000002500003155")
    status, location, _ = visit(answer_bank(bank))
    assert (status, location) == (303, f"http://127.0.0.1/done?session={session.id}")


def test_the_banks_page_answers_once_and_only_to_who_has_the_secret(
    pay: Pay,
) -> None:
    intent = pay("pm_card_authenticationRequired")
    assert intent.next_action is not None
    assert intent.next_action.redirect_to_url is not None
    url = intent.next_action.redirect_to_url.url or ""
    assert visit(url.split("?")[0])[0] == 404
    assert visit(f"{url}x")[0] == 404
    assert visit(url, {"outcome": "maybe"})[0] == 200
    answer_bank(url)
    assert visit(url, {"outcome": "fail"})[0] == 409


def test_a_session_ends(api: stripe.StripeClient, customer: stripe.Customer) -> None:
    session = setup_session(api, customer)
    assert api.v1.checkout.sessions.expire(session.id).status == "expired"
    status, _, html = visit(session.url or "")
    assert status == 410
    assert "has expired" in html
    with pytest.raises(stripe.InvalidRequestError):
        api.v1.checkout.sessions.expire(session.id)


def test_a_session_ends_by_the_clock(api: stripe.StripeClient, customer: stripe.Customer) -> None:
    session = setup_session(api, customer)
    with time_machine.travel(session.expires_at + 1):
        assert api.v1.checkout.sessions.retrieve(session.id).status == "expired"
    assert api.v1.events.list({"type": "checkout.session.expired"}).data


@pytest.mark.parametrize(
    "changes",
    [
        {"success_url": "javascript:alert(1)"},
        {"success_url": None},
        {"cancel_url": "/back"},
        {"expires_at": 5},
        {"mode": "subscription"},
        {"mode": "payment"},
        {"allowed_payment_method_types": None},
    ],
)
def test_a_session_that_cannot_be_is_refused(
    api: stripe.StripeClient, customer: stripe.Customer, changes: dict[str, object]
) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        setup_session(api, customer, **changes)


@pytest.mark.parametrize("path", ["/", "/c/pay/cs_test_none", "/3ds/pi_none", "/c/pay/../x"])
def test_there_is_no_other_page(sandbox: Sandbox, path: str) -> None:
    assert visit(f"{sandbox.url}{path}")[0] == 404
