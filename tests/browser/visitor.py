"""Somebody before the site: each method is one thing that a person does and sees done.

The same with and without JavaScript; where the ways part, `javascript` says which one it is.
"""

import re

from django.conf import settings
from django.test import Client
from playwright.sync_api import Locator, Page, expect

from accounts.models import Profile, User
from flashsale.models import Sale
from shop.models import Product

CARD = "4242 4242 4242 4242"
PASSWORD = "a-quiet-harbour-9"


class Visitor:
    def __init__(self, page: Page, *, javascript: bool = True) -> None:
        self.page = page
        self.javascript = javascript

    # --- coming in ---------------------------------------------------------------------------

    def has_logged_in(self, user: User) -> None:
        """The cookie of an earlier visit is there."""
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        name = settings.SESSION_COOKIE_NAME
        self.page.context.add_cookies(
            [{"name": name, "value": client.cookies[name].value, "url": settings.SITE_URL}]
        )

    def sign_up(self, *, name: str, handle: str, email: str) -> None:
        page = self.page
        page.goto("/")
        page.get_by_role("link", name="Join").first.click()
        page.get_by_label("Name").fill(name)
        page.get_by_label("Handle").fill(handle)
        page.get_by_label("Email").fill(email)
        page.get_by_label("Password").fill(PASSWORD)
        self.press("Make my account")
        self.sees("Look at your mail")

    def confirm_by_mail(self) -> None:
        page = self.page
        page.goto("/dev/mail/")
        page.locator(".rows .row").first.click()
        page.locator(".mail__text a").first.click()
        self.press("Yes, confirm")
        expect(page.get_by_role("link", name="Wallet").last).to_be_visible()

    # --- money -------------------------------------------------------------------------------

    def bind_card(self, number: str = CARD) -> None:
        self.page.goto("/wallet/cards/new/")
        self.continue_to_the_card_page()
        self.type_card(number)

    def continue_to_the_card_page(self) -> None:
        self.press("Continue to the card page")
        self.sees("Development stand-in for Stripe.")

    def type_card(self, number: str) -> None:
        page = self.page
        page.get_by_label("Card number").fill(number)
        page.get_by_label("Expiry date (MM/YY)").fill("12/34")
        page.get_by_label("Security code (CVC)").fill("123")
        page.locator("main form button").first.click()

    def top_up(self, amount: str) -> None:
        self.page.goto("/wallet/")
        self.page.get_by_role("link", name="Top up").click()
        self.page.get_by_role("textbox", name="Amount").fill(amount)
        self.press("Top up")
        self.sees("is in your wallet")

    # --- talking -----------------------------------------------------------------------------

    def follow(self, profile: Profile) -> None:
        self.page.goto(profile.get_absolute_url())
        self.press(f"Follow {profile.name}")
        expect(self.page.get_by_role("button", name=f"Following {profile.name}")).to_be_visible()

    # --- buying ------------------------------------------------------------------------------

    def open_the_card(self, product: Product) -> Locator:
        """The checkout card in the feed, opened to choose; without scripts it is a page."""
        self.page.goto("/")
        card = self.page.get_by_role("region", name=product.title).first
        card.get_by_role("link", name="Buy").click()
        expect(card.get_by_role("link", name="Close without buying")).to_be_visible()
        return card

    def fill_in_an_address(self) -> None:
        page = self.page
        page.get_by_label("Full name").fill("Mina Bergen")
        page.get_by_label("Street and number").fill("1 Harbour Street")
        page.get_by_label("City").fill("Porto")
        page.get_by_label("Country").select_option(label="Portugal")

    def receipt(self, card: Locator) -> None:
        """In the card itself; without scripts the order's page is the receipt."""
        if self.javascript:
            expect(card.get_by_role("heading", name="Paid. It is yours.")).to_be_visible()
            card.get_by_role("link", name="Look at the order").click()
        expect(self.page.get_by_role("heading", name="Receipt")).to_be_visible()

    # --- a sale ------------------------------------------------------------------------------

    def reserve(self, sale: Sale, *, from_wallet: bool) -> None:
        self.page.goto(sale.get_absolute_url())
        self.page.get_by_role("checkbox", name="Charge my wallet at once").set_checked(from_wallet)
        self.press("Reserve")
        self.sees("Reserved, number")

    def claim(self, sale: Sale) -> None:
        """With scripts the page unlocks the button by itself; without, one loads it anew."""
        if not self.javascript:
            self.page.goto(sale.get_absolute_url())
        self.press("Get one")

    # --- seeing ------------------------------------------------------------------------------

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).first.click()

    def choose(self, label: str | re.Pattern[str]) -> None:
        self.page.get_by_role("radio", name=label).check()

    def sees(self, text: str) -> None:
        expect(self.page.locator("body")).to_contain_text(text)
