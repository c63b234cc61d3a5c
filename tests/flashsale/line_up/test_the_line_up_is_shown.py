"""Two weeks by day in the site's zone, as a page and as a calendar to subscribe to."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from accounts.models import User
from flashsale.models import Programme, Sale, Slot
from flashsale.pages import icalendar, line_up
from flashsale.services import sales
from flashsale.services.line_up import drops, programmes
from shop.models import Product
from socialcommerce.lib import clock
from tests.factories import flashsale as make
from tests.factories import line_up as fill
from tests.factories.shop import make_variant
from tests.flashsale.line_up import calendars

pytestmark = pytest.mark.django_db
PAGE, FEED = "/sales/line-up/", "/sales/line-up.ics"
HOUR = 3_600


def coming(hours: float = 2, **fields: object) -> Sale:
    """An approved sale that starts in so many hours."""
    starts_in = hours * HOUR
    return make.approved_sale(opens_in=-20, closes_in=starts_in, starts_in=starts_in, **fields)


def planned(category: str = "", **fields: object) -> Slot:
    return fill.empty_slot(days=1, name=f"Programme {category}", category=category, **fields)


def test_each_sale_stands_on_its_day_in_the_sites_zone(settings: Settings) -> None:
    settings.TIME_ZONE = "Pacific/Auckland"
    with time_machine.travel(datetime(2026, 6, 1, 10, tzinfo=UTC), tick=False):  # 22:00 there
        tonight, tomorrow = coming(1), coming(3)
        shown = line_up.build(now=clock.now())
        days = [[entry.sale.id for entry in day.entries if entry.sale] for day in shown.days]
    assert [day.day.isoformat() for day in shown.days[:2]] == ["2026-06-01", "2026-06-02"]
    assert days[:2] == [[tonight.pk], [tomorrow.pk]]
    assert (len(days), shown.zone) == (14, "Pacific/Auckland")


def test_the_page_names_its_zone_and_counts_down_to_the_next(
    client: Client, settings: Settings
) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    later, soon = coming(30), coming(2)
    Sale.objects.filter(pk=soon.pk).update(title="Soon lamp")
    page = client.get(PAGE).content.decode()
    assert "All times: Europe/Berlin" in page
    assert page.index("The next sale starts in") < page.index("data-countdown")
    assert f'href="/sales/{later.pk}/"' in page
    until = soon.starts_at.timestamp()
    assert f'data-until="{until:.6f}"' in page


def test_without_any_sale_it_says_so(client: Client) -> None:
    page = client.get(PAGE).content.decode()
    assert page.count("Nothing planned yet.") == 14
    assert "The next sale starts in" not in page


def test_drafts_rehearsals_and_cancelled_sales_are_not_in_it(client: Client) -> None:
    shown, off, rehearsal = coming(), coming(), coming()
    make.draft_sale()
    sales.cancel(sale_id=off.pk, now=clock.now())
    Sale.objects.filter(pk=rehearsal.pk).update(rehearses=shown)
    listed = [entry for day in line_up.build(now=clock.now()).days for entry in day.entries]
    assert [entry.sale.id for entry in listed if entry.sale] == [shown.pk]


def test_a_slot_without_an_announced_sale_says_that_it_will_be(client: Client) -> None:
    slot = planned()
    Slot.objects.exclude(pk=slot.pk).delete()
    assert "Will be announced" in client.get(PAGE).content.decode()
    Slot.objects.update(sale=make.draft_sale())
    assert "Will be announced" in client.get(PAGE).content.decode()
    Slot.objects.update(sale=coming())
    assert "Will be announced" not in client.get(PAGE).content.decode()


def test_todays_picks_are_the_sales_of_programmes_with_a_category(
    client: Client, settings: Settings
) -> None:
    with time_machine.travel(datetime(2026, 6, 1, 9, tzinfo=UTC), tick=False):
        now = clock.now()
        books = Programme.objects.create(name="Books", local_time=time(11), category="books")
        Programme.objects.create(name="Evening", local_time=time(21))
        programmes.plan(now=now)
        pick, other = coming(2), coming(2)
        today = Slot.objects.filter(day=timezone.localdate(now))
        today.filter(programme=books).update(sale=pick)
        today.exclude(programme=books).update(sale=other)
        shown = line_up.build(now=now)
        assert [entry.sale.id for entry in shown.picks if entry.sale] == [pick.pk]
        assert "picks" in client.get(PAGE).content.decode()


def test_a_category_shows_its_own_alone_and_nonsense_shows_all(client: Client) -> None:
    lamp, book = coming(), coming()
    Product.objects.filter(variants__lots__sale=lamp).update(category="home")
    Product.objects.filter(variants__lots__sale=book).update(category="books")
    only = line_up.build(now=clock.now(), category="home")
    ids = {entry.sale.id for day in only.days for entry in day.entries if entry.sale}
    assert ids == {lamp.pk}
    assert [one.value for one in only.categories] == ["books", "home"]
    for nonsense in ("", "HOME", "1' OR 1", "\u0000"):
        page = client.get(PAGE, {"category": nonsense}).content.decode()
        assert f"/sales/{book.pk}/" in page or nonsense == "\u0000"
    assert f"/sales/{book.pk}/" not in client.get(PAGE, {"category": "home"}).content.decode()


def test_a_drop_says_that_it_is_one(bob: User, client: Client) -> None:
    variant = make_variant(fill.seller_store(bob), on_hand=9)
    drops.schedule(wish=fill.wish(variant), by=bob, now=clock.now())
    assert "Drop" in client.get(PAGE).content.decode()


def test_it_takes_a_fixed_number_of_queries(
    client: Client, django_assert_max_num_queries: Callable[..., object]
) -> None:
    for count in (1, 4):
        for _ in range(count):
            coming()
        planned(local_time=time(count))
        with django_assert_max_num_queries(14):
            line_up.build(now=clock.now())
        with django_assert_max_num_queries(8):
            line_up.events(now=clock.now())


def test_side_column_and_sales_lead_to_it(alice: User, client_of: Callable[[User], Client]) -> None:
    coming()
    for address in ("/", "/sales/"):
        assert f'href="{PAGE}"' in client_of(alice).get(address).content.decode()


def test_other_methods_are_refused(client: Client) -> None:
    assert client.post(PAGE).status_code == 405
    assert client.post(FEED).status_code == 405
    assert client.head(FEED).status_code == 200


# --- the calendar -------------------------------------------------------------------------------


def test_a_strict_reader_finds_every_sale_in_utc(client: Client, settings: Settings) -> None:
    settings.TIME_ZONE = "Asia/Tokyo"
    first, second = coming(2), coming(50)
    answer = client.get(FEED)
    calendar = calendars.read(answer.content)
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert (calendar.name, calendar.values["VERSION"]) == ("VCALENDAR", "2.0")
    events = {event.values["UID"]: event.values for event in calendar.children}
    assert len(events) == 2
    for sale in (first, second):
        (values,) = [one for uid, one in events.items() if uid.startswith(f"sale-{sale.pk}@")]
        assert values["DTSTART"] == f"{sale.starts_at:%Y%m%dT%H%M%SZ}"
        assert values["DTEND"] == f"{sale.ends_at:%Y%m%dT%H%M%SZ}"
        assert values["URL"] == settings.SITE_URL + sale.get_absolute_url()
        assert values["STATUS"] == "CONFIRMED"
        assert values["DTSTAMP"].endswith("Z")


def test_asked_twice_it_says_the_same(client: Client) -> None:
    coming()
    assert client.get(FEED).content == client.get(FEED).content


def test_what_was_called_off_vanishes_from_calendars(client: Client) -> None:
    sale = coming()
    (before,) = calendars.read(client.get(FEED).content).children
    sales.cancel(sale_id=sale.pk, now=clock.now())
    (after,) = calendars.read(client.get(FEED).content).children
    assert after.values["UID"] == before.values["UID"]
    assert (before.values["STATUS"], after.values["STATUS"]) == ("CONFIRMED", "CANCELLED")
    assert int(after.values["SEQUENCE"]) > int(before.values["SEQUENCE"])
    assert after.values["DTSTAMP"] >= before.values["DTSTAMP"]


def test_hostile_words_stay_words(client: Client) -> None:
    sale = coming()
    title = "Lamp; DTSTART:19700101T000000Z\r\nEND:VEVENT, \\n ü灯🏮" * 3
    Sale.objects.filter(pk=sale.pk).update(title=title[:120], blurb="a\r\nb\x07c\rd")
    (event,) = calendars.read(client.get(FEED).content).children
    assert event.values["SUMMARY"] == title[:120].replace("\r\n", "\n")
    assert event.values["DESCRIPTION"].endswith("a\nbc\nd")


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_text_comes_back_as_it_was(title: str, text: str) -> None:
    moment = datetime(2026, 3, 29, 1, tzinfo=UTC)
    event = icalendar.Event(
        uid="sale-1@plaza.example",
        starts_at=moment,
        ends_at=moment + timedelta(hours=1),
        stamped_at=moment,
        title=title,
        text=text,
        url="https://plaza.example/sales/1/",
    )
    (read,) = calendars.read(icalendar.write([event], name="Line-up", product="Plaza")).children
    assert read.values["SUMMARY"] == plain(title)
    assert read.values.get("DESCRIPTION", "") == plain(text)


def plain(text: str) -> str:
    """Without what no calendar may hold."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(sign for sign in lines if sign in "\n\t" or not (sign < " " or sign == "\x7f"))


def test_the_page_offers_the_subscription(client: Client, settings: Settings) -> None:
    settings.SITE_URL = "https://plaza.example"
    page = client.get(PAGE).content.decode()
    assert 'href="webcal://plaza.example/sales/line-up.ics"' in page
    assert 'type="text/calendar"' in page
