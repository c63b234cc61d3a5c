"""A draw to its end on a phone: paid, lost, left unpaid, void, and checked by who took part."""

import hashlib
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.db.models import F
from playwright.sync_api import Page, expect

from accounts.models import User
from flashsale.models import Claim, Sale, Stream, Wave
from flashsale.services import conclusions
from flashsale.services.fairness import draws, seals
from flashsale.services.watch import controller
from socialcommerce.lib import clock
from tests.browser.conftest import Open
from tests.browser.visitor import Visitor
from tests.factories import draws as factory
from tests.factories import flashsale as sales
from tests.factories.accounts import UserFactory
from tests.factories.payments import give_money
from tests.factories.shop import make_address

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
PAY = re.compile(r"^Pay \$")
SECRET = "5e" * 32


def comes(page: Page, user: User, *, javascript: bool = True) -> Visitor:
    visitor = Visitor(page, javascript=javascript)
    visitor.has_logged_in(user)
    return visitor


def looks(visitor: Visitor, sale: Sale) -> None:
    visitor.page.goto(sale.get_absolute_url())


def takes_part(visitor: Visitor, sale: Sale) -> None:
    """Reserved by the page, with the worker's part done here; then the pass for one cent."""
    looks(visitor, sale)
    visitor.press("Reserve")
    visitor.sees("Your reservation has arrived")
    sales.drain(sale, Stream.RESERVATIONS)
    visitor.sees("You are in the draw.")
    visitor.press("Take it for $0.01")
    visitor.sees("If you do not win, the cent comes back by itself.")
    expect(visitor.page.locator(".statistic", has_text="your weight")).to_contain_text("2")


def is_sealed(sale: Sale) -> None:
    """Reservations are closed and the list is sealed; the draw is in an hour."""
    now = clock.now()
    Sale.objects.filter(pk=sale.pk).update(
        reserve_closes_at=now - timedelta(seconds=5), starts_at=now + timedelta(hours=1),
        ends_at=now + timedelta(hours=2),
    )  # fmt: skip
    sales.reopen_gate(sale)
    assert seals.seal(sale, now=now)


def is_drawn(sale: Sale) -> None:
    factory.close(sale)
    assert draws.allocate(sale, now=clock.now())
    conclusions.conclude(now=clock.now())


def tick() -> None:
    """Three seconds of the controller: one to close the gate, one to load it, one to offer."""
    for _second in range(3):
        controller.Controller().tick(now=clock.now())


def an_hour_passes(sale: Sale) -> None:
    hour = timedelta(hours=1)
    times = ("reserve_opens_at", "reserve_closes_at", "starts_at")
    Sale.objects.filter(pk=sale.pk).update(**{time: F(time) - hour for time in times})


def by_luck(sale: Sale, *visitors: tuple[User, Visitor]) -> tuple[Visitor, Visitor]:
    """Who won the one unit, and who did not."""
    winner = Claim.objects.get(sale=sale).person
    ordered = sorted(visitors, key=lambda one: one[0].profile != winner)
    return ordered[0][1], ordered[1][1]


def stands_above(page: Page, first: str, second: str) -> None:
    boxes = [page.get_by_text(text).first.bounding_box() for text in (first, second)]
    assert boxes[0] is not None
    assert boxes[1] is not None
    assert boxes[0]["y"] < boxes[1]["y"]


@pytest.mark.parametrize("javascript", [True, False], ids=["with_scripts", "without_scripts"])
def test_the_winner_pays_and_the_loser_has_the_cent_back_and_a_turn(
    open_page: Open, alice: User, bob: User, *, javascript: bool
) -> None:
    sale, _people = factory.entered(people=0, units=1, pass_weight=1)
    visitors = []
    for user in (alice, bob):
        make_address(user.profile, is_default=True)
        give_money(user.profile, 5_000)
        visitors.append((user, comes(open_page(javascript=javascript), user)))
        takes_part(visitors[-1][1], sale)
    is_sealed(sale)
    looks(visitors[0][1], sale)
    visitors[0][1].sees("The draw is in")
    visitors[0][1].sees(sale.root)
    is_drawn(sale)
    winner, loser = by_luck(sale, *visitors)
    looks(loser, sale)
    loser.sees("You were not drawn")
    loser.sees("The cent came back")
    loser.page.get_by_role("link", name="All my turns").click()
    loser.sees("weighs until")
    looks(winner, sale)
    winner.sees("Unit 1 is yours")
    winner.choose("Wallet")
    winner.page.get_by_role("button", name=PAY).click()
    winner.sees("paid. Order")
    factory.end(sale)
    looks(winner, sale)
    winner.sees("You won, so the cent stays with the store.")
    looks(loser, sale)
    loser.sees("The sale is over")
    stands_above(loser.page, "The cent came back", "More from")


def test_what_the_winner_leaves_unpaid_goes_to_the_next_rank_in_the_wave(
    open_page: Open, alice: User, bob: User
) -> None:
    sale, _people = factory.entered(people=0, units=1)
    Wave.objects.create(sale=sale, number=1, opens_at=clock.now() + timedelta(hours=1))
    book = [make_address(user.profile, is_default=True) for user in (alice, bob)]
    sales.reserve_rows(sale, book)
    is_sealed(sale)
    is_drawn(sale)
    first, next_one = by_luck(sale, *((one, comes(open_page(), one)) for one in (alice, bob)))
    Claim.objects.update(held_until=clock.now())
    tick()
    looks(first, sale)
    first.sees("Your time to pay ran out")
    looks(next_one, sale)
    next_one.sees("so far 1 unit is unpaid")
    next_one.sees("They go to the next in the draw, by themselves.")
    expect(next_one.page.locator(".sale__panel [data-countdown]")).to_be_visible()
    expect(first.page.locator(".sale__panel [data-countdown]")).to_have_count(0)
    Wave.objects.update(opens_at=clock.now())
    tick()
    looks(next_one, sale)
    next_one.sees("Unit 1 is yours")
    assert list(Claim.objects.order_by("pk").values_list("wave", "state")) == [
        (0, "expired"),
        (1, "held"),
    ]


def invited(open_page: Open, sale: Sale, holder: User) -> Visitor:
    """An operator has made `holder` a party of the seed, who has committed to SECRET."""
    boss = comes(open_page(), UserFactory.create(is_operator=True))
    boss.page.goto(f"{sale.get_absolute_url()}secrets/")
    boss.page.get_by_label("Name of the party").fill("Notary")
    boss.page.get_by_label("Handle of the person").fill(holder.profile.handle)
    boss.press("Invite")
    boss.sees("The party is invited.")
    notary = comes(open_page(), holder)
    notary.page.goto(f"{sale.get_absolute_url()}secrets/")
    commitment = hashlib.sha256(bytes.fromhex(SECRET)).hexdigest()
    notary.page.get_by_label("SHA-256 of your secret").fill(commitment)
    notary.press("Commit")
    notary.sees("You are committed.")
    return notary


def test_a_secret_that_is_kept_back_makes_the_draw_void_in_public(
    open_page: Open, alice: User, bob: User
) -> None:
    sale, _people = factory.entered(people=2, units=1, pass_weight=1)
    make_address(alice.profile, is_default=True)
    give_money(alice.profile, 5_000)
    invited(open_page, sale, bob)
    visitor = comes(open_page(), alice)
    takes_part(visitor, sale)
    visitor.sees("2 parties make the seed together")
    is_sealed(sale)
    factory.close(sale)
    looks(visitor, sale)
    visitor.sees("It waits for the secret of Notary.")
    an_hour_passes(sale)
    sale.refresh_from_db()
    assert not draws.allocate(sale, now=clock.now())
    conclusions.conclude(now=clock.now())
    looks(visitor, sale)
    visitor.sees("The draw is void")
    visitor.sees("Notary kept back a secret that was promised")
    visitor.sees("The cent came back")
    stranger = Visitor(open_page(javascript=False), javascript=False)
    looks(stranger, sale)
    stranger.sees("Notary kept back a secret that was promised")


def saved(page: Page, link: str, folder: Path) -> Path:
    """What the link downloads."""
    with page.expect_download() as download:
        page.get_by_role("link", name=link).click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def test_who_took_part_downloads_everything_and_checks_it_offline(
    open_page: Open, alice: User, bob: User, tmp_path: Path
) -> None:
    sale, _people = factory.entered(people=0, units=2)
    people = sales.reserve_rows(sale, [make_address(alice.profile)], pay_from_wallet=True)
    people += sales.crowd(sale, 3, pay_from_wallet=True)
    sales.fill_wallets(people, 5_000)
    notary = invited(open_page, sale, bob)
    is_sealed(sale)
    notary.page.reload()
    notary.page.get_by_label("Your secret").fill(SECRET)
    notary.press("Reveal it to everybody")
    notary.sees("fits your commitment")
    is_drawn(sale)
    winners = factory.winners(sale)
    factory.end(sale)
    visitor = comes(open_page(), alice)
    looks(visitor, sale)
    visitor.page.get_by_text("Check this sale yourself").click()
    record = saved(visitor.page, "Public record", tmp_path)
    receipt = saved(visitor.page, "My receipt", tmp_path)
    script = saved(visitor.page, "Script to check it", tmp_path)
    assert script.read_bytes() == factory.SCRIPT.read_bytes()
    said = factory.check(record, receipt)
    assert said.returncode == 0, said.stderr
    assert "Everything agrees" in said.stdout
    assert '"name":"Notary"' in record.read_text()
    named = re.findall(r" number (\d+) ", said.stdout)
    assert {int(number) for number in named} == winners
    visitor.page.get_by_role("link", name="Every unit").click()
    visitor.sees("Unit 2")
    record.write_bytes(record.read_bytes().replace(SECRET.encode(), b"5f" * 32))
    assert factory.check(record, receipt).returncode == 1
