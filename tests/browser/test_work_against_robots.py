"""A sale that asks each browser for some work: done in sight, refused in words, told in time."""

import pytest
from playwright.sync_api import Page, Route, expect

from accounts.models import User
from flashsale import tokens
from flashsale.models import Claim, Sale
from tests.browser import town
from tests.browser.conftest import Visit
from tests.factories import flashsale as sales
from tests.factories.accounts import UserFactory
from tests.factories.shop import make_address

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
BITS = 12
TOLD_EVERY = 2**15
RUN = """([url, text, bits]) => new Promise((done) => {
  const [told, worker] = [[], new Worker(url)];
  worker.addEventListener("message", ({ data }) => {
    told.push(data);
    if (data.number !== undefined) done(told);
  });
  worker.postMessage({ text, bits });
})"""


def live(user: User) -> Sale:
    sale = sales.approved_sale(units=1, work_bits=BITS)
    town.reserved(sale, user)
    sales.begin(sale)
    sales.open_gate(sale)
    return sale


def is_done(page: Page) -> None:
    expect(page.get_by_text("Your browser has done its part")).to_be_visible()
    expect(page.get_by_role("progressbar", name="Work against robots")).to_have_js_property(
        "value", 1
    )


def test_the_work_is_done_in_sight_and_the_claim_is_taken(visiting: Visit, alice: User) -> None:
    sale = live(alice)
    visitor = visiting(alice)
    visitor.page.goto(sale.get_absolute_url())
    is_done(visitor.page)
    visitor.press("Get one")
    visitor.sees("You are in line")
    sales.drain(sale)
    visitor.sees("Unit 1 is yours")


def test_the_worker_tells_how_far_it_is(visiting: Visit, alice: User) -> None:
    visitor = visiting(alice)
    visitor.page.goto(live(alice).get_absolute_url())
    url = visitor.page.locator("[data-sale]").get_attribute("data-work-url")
    *told, last = visitor.page.evaluate(RUN, [url, "paper", 17])
    number = last["number"]
    assert tokens.work_shown("paper", number) >= 17
    assert all(tokens.work_shown("paper", str(n)) < 17 for n in range(int(number)))
    assert [one["tried"] for one in told] == list(range(0, int(number) + 1, TOLD_EVERY))


def test_a_wrong_solution_is_refused_in_words_and_the_next_press_counts(
    visiting: Visit, alice: User
) -> None:
    sale = live(alice)
    visitor = visiting(alice)
    page = visitor.page

    def spoil(route: Route) -> None:
        body = route.request.post_data_json
        wrong = (n for n in range(99) if tokens.work_shown(body["token"], str(n)) < BITS)
        route.continue_(post_data=f"token={body['token']}&slot=1&nonce={next(wrong)}")

    page.route("**/claim/", spoil)
    page.goto(sale.get_absolute_url())
    is_done(page)
    visitor.press("Get one")
    expect(page.locator("[data-sale-said]")).to_contain_text("Your browser has not done its part")
    expect(page.locator("[data-sale-said]")).to_contain_text("Nothing was taken")
    page.unroute("**/claim/")
    visitor.press("Get one")
    visitor.sees("You are in line")
    sales.drain(sale)
    assert Claim.objects.get().state == "held"


def test_a_worker_that_does_not_start_is_said(visiting: Visit, alice: User) -> None:
    sale = live(alice)
    visitor = visiting(alice)
    worker = "**/sale-work*.js"
    visitor.page.route(worker, lambda route: route.abort())
    visitor.page.goto(sale.get_absolute_url())
    visitor.press("Get one")
    visitor.sees("Your browser could not do its part against robots.")
    visitor.page.unroute(worker)
    visitor.press("Get one")
    visitor.sees("You are in line")


def test_without_scripts_one_hears_it_before_reserving_and_at_the_button(
    visiting: Visit, alice: User, bob: User
) -> None:
    sale = sales.approved_sale(units=1, work_bits=BITS)
    town.reserved(sale, alice)
    sales.open_gate(sale)
    warning = "You need JavaScript to claim here"
    visitor = visiting(alice, javascript=False)
    visitor.page.goto(sale.get_absolute_url())
    visitor.sees("Reserved, number 1")
    visitor.sees(warning)
    make_address(bob.profile)
    newcomer = visiting(bob, javascript=False)
    newcomer.page.goto(sale.get_absolute_url())
    newcomer.sees(warning)
    sales.begin(sale)
    sales.reopen_gate(sale)
    visitor.page.goto(sale.get_absolute_url())
    visitor.sees("log in with another browser before the start")
    expect(visitor.page.get_by_role("button", name="Get one")).to_be_hidden()


def test_the_operator_is_warned_of_it(visiting: Visit, transactional_db: None) -> None:
    visitor = visiting(UserFactory.create(is_operator=True))
    visitor.page.goto("/operator/flashsale/sale/add/")
    visitor.sees("Whoever has no JavaScript cannot claim at all")
    sale = sales.draft_sale(work_bits=BITS)
    visitor.page.goto(f"/operator/flashsale/sale/{sale.pk}/check-list/")
    found = visitor.page.locator(".console-check", has_text="Proof of work")
    expect(found).to_have_attribute("data-level", "warning")
    expect(found).to_contain_text("Nobody can claim without JavaScript.")
