"""Every page is reachable by everybody: no barrier, no sideways scroll, no complaint."""

from collections.abc import Iterable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from accounts.models import User
from tests.browser import scene, town
from tests.browser.conftest import Open
from tests.browser.visitor import Visitor
from tests.factories.accounts import UserFactory
from tests.factories.gift_cards import give_gift_card

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]
looks = pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (1280, "dark")])

FOR_EVERYBODY = (
    "/",
    "/explore/",
    "/topics/paper/",
    "/@paper_moon/",
    "/market/",
    "/market/?q=nothing-of-the-kind",
    "/sales/",
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/password/reset/",
    "/accounts/confirm-email/",
    "/dev/mail/",
    "/dev/look/",
)
FOR_A_PERSON = (
    "/",
    "/explore/",
    "/compose/",
    "/notifications/",
    "/wallet/",
    "/wallet/statement/",
    "/wallet/top-up/",
    "/wallet/cash-out/",
    "/wallet/closing/",
    "/wallet/limits/",
    "/wallet/pin/",
    "/wallet/pin/forgotten/",
    "/wallet/cards/new/",
    "/wallet/gift-cards/new/",
    "/wallet/gift-cards/claim/",
    "/orders/",
    "/me/",
    "/me/edit/",
    "/me/addresses/",
    "/me/addresses/new/",
    "/me/blocked/",
    "/accounts/email/",
    "/accounts/password/change/",
    "/accounts/logout/",
    "/market/open/",
)


@looks
def test_pages_that_everybody_sees(
    open_page: Open, square: town.Town, width: int, scheme: str
) -> None:
    addresses = [*FOR_EVERYBODY, square.variant.product.get_absolute_url()]
    assert barriers(open_page(width=width, scheme=scheme), addresses) == []


@looks
def test_pages_of_a_person(
    open_page: Open, square: town.Town, alice: User, width: int, scheme: str
) -> None:
    addresses = scene.set_up(square, alice)
    gift = f"/wallet/gift-cards/{give_gift_card(alice, 1_000).pk}/"
    page = open_page(width=width, scheme=scheme)
    Visitor(page).has_logged_in(alice)
    assert barriers(page, [*FOR_A_PERSON, *addresses, gift]) == []


@looks
def test_a_sale_in_each_phase(
    open_page: Open, square: town.Town, alice: User, width: int, scheme: str
) -> None:
    scene.set_up(square, alice)
    page = open_page(width=width, scheme=scheme)
    Visitor(page).has_logged_in(alice)
    addresses = [sale.get_absolute_url() for sale in scene.sales_in_each_phase(square, alice)]
    assert barriers(page, [*addresses, "/sales/"]) == []


@pytest.mark.parametrize("site", ["merchant", "operator"])
@looks
def test_the_first_pages_of_the_admin_sites(
    open_page: Open, square: town.Town, alice: User, site: str, width: int, scheme: str
) -> None:
    scene.set_up(square, alice)
    page = open_page(width=width, scheme=scheme)
    operator = UserFactory.create(is_operator=True)
    Visitor(page).has_logged_in(square.owner if site == "merchant" else operator)
    assert barriers(page, [f"/{site}/"]) == []


def test_the_feed_does_not_jump(open_page: Open, square: town.Town, alice: User) -> None:
    scene.set_up(square, alice)
    page = open_page()
    Visitor(page).has_logged_in(alice)
    page.goto("/")
    page.wait_for_load_state("networkidle")
    page.mouse.wheel(0, 3_000)
    page.wait_for_timeout(500)
    assert page.evaluate(SHIFTS) <= 0.1


SHIFTS = """() => new Promise((done) => {
  let sum = 0;
  new PerformanceObserver((list) => {
    for (const shift of list.getEntries()) if (!shift.hadRecentInput) sum += shift.value;
  }).observe({ type: "layout-shift", buffered: true });
  setTimeout(() => done(sum), 300);
})"""


def barriers(page: Page, addresses: Iterable[str]) -> list[str]:
    """Serious or critical violations by axe's word, and what is wider than the window."""
    found = []
    for address in addresses:
        page.goto(address)
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        if wide > 0:
            found.append(f"{address}: {wide} px too wide")
        result = Axe().run(page, options={"preload": False, "resultTypes": ["violations"]})
        for violation in result.response["violations"]:
            if violation["impact"] in ("serious", "critical"):
                places = [str(node["target"]) for node in violation["nodes"][:5]]
                found.append(f"{address}: {violation['id']} at {', '.join(places)}")
    return found
