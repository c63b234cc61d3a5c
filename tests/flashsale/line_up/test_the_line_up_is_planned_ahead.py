"""Slots two weeks ahead, at the right moment on the days the clocks change, whatever beat does."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from accounts.models import Notification, User
from flashsale.local_time import moment_of
from flashsale.models import Programme, Slot
from flashsale.services.line_up import programmes
from flashsale.tasks import plan_line_up
from tests.factories import flashsale as sales
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)  # a Monday
BERLIN, NEW_YORK, LORD_HOWE = "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"
Change = tuple[str, date, time, datetime]
CHANGES: list[Change] = [
    # There is no 02:30: the clocks go from 02:00 to 03:00. The first moment after the gap.
    (BERLIN, date(2026, 3, 29), time(2, 30), datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
    (NEW_YORK, date(2026, 3, 8), time(2, 30), datetime(2026, 3, 8, 7, 0, tzinfo=UTC)),
    # The gap's edges: 02:00 is in it, 01:59 and 03:00 are not.
    (BERLIN, date(2026, 3, 29), time(2, 0), datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
    (BERLIN, date(2026, 3, 29), time(1, 59), datetime(2026, 3, 29, 0, 59, tzinfo=UTC)),
    (BERLIN, date(2026, 3, 29), time(3, 0), datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
    # Twice: the first. 01:30 in New York, 02:30 in Berlin; 01:30 is once there.
    (NEW_YORK, date(2026, 11, 1), time(1, 30), datetime(2026, 11, 1, 5, 30, tzinfo=UTC)),
    (BERLIN, date(2026, 10, 25), time(2, 30), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
    (BERLIN, date(2026, 10, 25), time(1, 30), datetime(2026, 10, 24, 23, 30, tzinfo=UTC)),
    # 21:00 stays 21:00 on both sides of a change.
    (BERLIN, date(2026, 3, 28), time(21), datetime(2026, 3, 28, 20, tzinfo=UTC)),
    (BERLIN, date(2026, 3, 29), time(21), datetime(2026, 3, 29, 19, tzinfo=UTC)),
    (NEW_YORK, date(2026, 10, 31), time(21), datetime(2026, 11, 1, 1, tzinfo=UTC)),
    (NEW_YORK, date(2026, 11, 1), time(21), datetime(2026, 11, 2, 2, tzinfo=UTC)),
    # Half an hour's gap.
    (LORD_HOWE, date(2026, 10, 4), time(2, 15), datetime(2026, 10, 3, 15, 30, tzinfo=UTC)),
]  # fmt: skip


@pytest.mark.parametrize(("zone", "day", "at", "moment"), CHANGES)
def test_a_time_of_day_is_one_moment_also_when_the_clocks_change(
    zone: str, day: date, at: time, moment: datetime
) -> None:
    assert moment_of(day, at, ZoneInfo(zone)) == moment


@pytest.mark.parametrize(("zone", "day", "at", "moment"), CHANGES)
def test_the_slot_of_that_day_starts_then(
    settings: Settings, zone: str, day: date, at: time, moment: datetime
) -> None:
    settings.TIME_ZONE = zone
    Programme.objects.create(name="Line-up", local_time=at)
    programmes.plan(now=moment - timedelta(days=10))
    assert Slot.objects.get(day=day).starts_at == moment


def daily(**fields: Any) -> Programme:
    return Programme.objects.create(**{"name": "Evening", "local_time": time(21), **fields})


def test_two_weeks_are_written_and_what_is_past_is_not() -> None:
    daily()
    daily(name="Breakfast", local_time=time(8))
    assert programmes.plan(now=NOON) == 15 + 14
    assert Slot.objects.order_by("starts_at")[0].starts_at == NOON.replace(hour=21)
    last = Slot.objects.order_by("-starts_at")[0]
    assert last.day == date(2026, 6, 15)


def test_a_beat_that_runs_twice_or_late_does_no_harm() -> None:
    daily()
    programmes.plan(now=NOON)
    before = list(Slot.objects.order_by("pk").values_list("pk", "day", "starts_at"))
    assert programmes.plan(now=NOON) == 0
    assert programmes.plan(now=NOON + timedelta(minutes=10)) == 0
    assert list(Slot.objects.order_by("pk").values_list("pk", "day", "starts_at")) == before
    assert programmes.plan(now=NOON + timedelta(days=3)) == 3


def test_only_its_days_of_the_week() -> None:
    daily(weekdays=0b0100001)  # Monday and Saturday
    programmes.plan(now=NOON)
    assert {slot.day.weekday() for slot in Slot.objects.all()} == {0, 5}
    assert Slot.objects.count() == 5


def test_an_empty_slot_follows_its_programme_and_a_filled_one_stays() -> None:
    programme = daily()
    programmes.plan(now=NOON)
    filled = Slot.objects.get(day=date(2026, 6, 3))
    Slot.objects.filter(pk=filled.pk).update(sale=sales.draft_sale())
    Programme.objects.update(local_time=time(20), weekdays=0b0000001)
    programmes.plan(now=NOON)
    assert dict(Slot.objects.values_list("day", "starts_at")) == {
        date(2026, 6, 1): NOON.replace(hour=20),
        date(2026, 6, 3): filled.starts_at,
        date(2026, 6, 8): datetime(2026, 6, 8, 20, tzinfo=UTC),
        date(2026, 6, 15): datetime(2026, 6, 15, 20, tzinfo=UTC),
    }
    Programme.objects.filter(pk=programme.pk).update(is_active=False)
    programmes.plan(now=NOON)
    assert list(Slot.objects.values_list("day", flat=True)) == [filled.day]


def test_a_programme_that_fails_keeps_no_other_waiting(
    caplog: pytest.LogCaptureFixture,
) -> None:
    broken, fine = daily(name="Broken"), daily(name="Fine")
    forbid(f"programme_id <> {broken.pk}")
    assert programmes.plan(now=NOON) == 15
    assert set(Slot.objects.values_list("programme", flat=True)) == {fine.pk}
    assert f"Programme {broken.pk}" in caplog.text


def test_a_day_that_fails_keeps_no_other_waiting(caplog: pytest.LogCaptureFixture) -> None:
    daily()
    forbid("day <> '2026-06-03'")
    assert programmes.plan(now=NOON) == 14
    assert not Slot.objects.filter(day=date(2026, 6, 3)).exists()
    assert Slot.objects.filter(day=date(2026, 6, 4)).exists()
    assert "2026-06-03" in caplog.text


def forbid(condition: str) -> None:
    """From here on the database refuses slots for which this does not hold."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE flashsale_slot ADD CONSTRAINT trouble CHECK ({condition})")


def test_an_empty_slot_alarms_operators_once(client_of: Callable[..., Any]) -> None:
    operators = [UserFactory.create(is_operator=True) for _ in range(2)]
    UserFactory.create(is_operator=True, is_active=False)
    daily()
    programmes.plan(now=NOON)
    assert programmes.alarm(now=NOON) == 2  # tonight and tomorrow; the third is 57 hours ahead
    assert programmes.alarm(now=NOON) == 0
    told = Notification.objects.filter(kind="flashsale.slot_empty")
    assert set(told.values_list("recipient", flat=True)) == {one.profile.pk for one in operators}
    assert told.count() == 4
    page = client_of(operators[0]).get("/notifications/").content.decode()
    assert "Nothing is planned yet for" in page


def test_a_filled_slot_does_not_alarm_until_its_sale_is_called_off(bob: User) -> None:
    User.objects.filter(pk=bob.pk).update(is_operator=True)
    daily(weekdays=1)
    programmes.plan(now=NOON)
    sale = sales.draft_sale()
    Slot.objects.filter(day=date(2026, 6, 1)).update(sale=sale)
    assert programmes.alarm(now=NOON) == 0
    sale.state = "cancelled"
    sale.save(update_fields=["state"])
    assert programmes.alarm(now=NOON) == 1


def test_the_task_does_both() -> None:
    daily()
    UserFactory.create(is_operator=True)
    plan_line_up()
    assert Slot.objects.count() in (14, 15)
    assert Notification.objects.filter(kind="flashsale.slot_empty").exists()
