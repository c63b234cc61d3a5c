"""The Payment Element in a browser: a stand-in plays Stripe's script, everything else is real."""

import pytest
import stripe
from playwright.sync_api import Page, Route, expect
from pytest_django import Settings

from accounts.models import User
from payments.models import CardSetup, Instrument
from payments.sandbox.server import Sandbox
from tests.browser.conftest import Open
from tests.browser.visitor import Visitor

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]
SCRIPT = """
window.Stripe = (key) => ({
  elements: ({ clientSecret }) => ({
    clientSecret,
    create: () => ({ on() {}, mount(place) { place.textContent = `frame of ${key}`; } }),
  }),
  confirmSetup: async ({ elements, confirmParams }) => {
    const refusal = await window.confirmAtStripe(elements.clientSecret);
    if (refusal) return { error: { message: refusal } };
    location.href = `${confirmParams.return_url}?redirect_status=succeeded`;
    return new Promise(() => {});
  },
});
"""


@pytest.fixture
def page(open_page: Open, alice: User, settings: Settings, stripe_sandbox: Sandbox) -> Page:
    """Alice before the form, at a site with keys of its own; the first card is refused."""
    settings.STRIPE_PAYMENT_ELEMENT = True
    settings.STRIPE_PUBLISHABLE_KEY = "pk_test_plaza"
    api = stripe.StripeClient(stripe_sandbox.secret_key, base_addresses={"api": stripe_sandbox.url})
    methods = iter(["pm_card_chargeDeclined", "pm_card_visa"])

    def confirm(client_secret: str) -> str:
        intent_id = client_secret.partition("_secret_")[0]
        try:
            api.v1.setup_intents.confirm(intent_id, {"payment_method": next(methods)})
        except stripe.CardError as error:
            return error.user_message or ""
        return ""

    def serve(route: Route) -> None:
        route.fulfill(body=SCRIPT, content_type="text/javascript")

    page = open_page()
    page.route("https://js.stripe.com/**", serve)
    page.expose_function("confirmAtStripe", confirm)
    Visitor(page).has_logged_in(alice)
    page.goto("/wallet/cards/new/")
    return page


def test_a_refusal_is_said_and_the_next_card_is_bound(page: Page, alice: User) -> None:
    expect(page.get_by_text("frame of pk_test_plaza")).to_be_visible()
    expect(page.get_by_role("button", name="Continue to the card page")).to_be_visible()
    page.get_by_role("button", name="Bind this card").click()
    expect(page.get_by_role("alert")).to_contain_text("declined")
    page.get_by_role("button", name="Bind this card").click()
    expect(page.locator("body")).to_contain_text("Visa ···· 4242 is bound.")
    assert Instrument.objects.get().profile == alice.profile
    assert CardSetup.objects.get().place == "here"
