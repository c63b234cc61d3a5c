"""Filters and tags of the look."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.template import Context, Template
from django.utils.html import strip_tags

from socialcommerce.lib.money import Money
from socialcommerce.templatetags import plaza

NOW = datetime(2026, 11, 20, 21, 0, tzinfo=UTC)


def test_money_takes_an_amount_and_a_currency_or_a_value() -> None:
    assert plaza.money(1250, "USD") == "$12.50"
    assert plaza.money(Money(980, "JPY")) == "¥980"


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (timedelta(hours=-2), "Nov. 20, 2026, 11 p.m."),
        (timedelta(seconds=-5), "now"),
        (timedelta(seconds=59), "now"),
        (timedelta(minutes=1), "1 min"),
        (timedelta(minutes=59, seconds=59), "59 min"),
        (timedelta(hours=23), "23 h"),
        (timedelta(days=6, hours=23), "6 d"),
        (timedelta(days=7), "November 13"),
        (timedelta(days=365), "Nov. 20, 2025"),
    ],
)
@time_machine.travel(NOW, tick=False)
def test_moments_are_told_in_a_word(before: timedelta, words: str) -> None:
    assert plaza.ago(NOW - before) == words


@time_machine.travel(NOW, tick=False)
def test_a_moment_can_be_read_by_machines() -> None:
    shown = Template("{% load plaza %}{% moment when 'full' %}").render(Context({"when": NOW}))
    assert 'datetime="2026-11-20T21:00:00+00:00"' in shown
    assert ">Nov. 20, 2026, 9 p.m.</time>" in shown


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        (2, "November 20, 9 p.m. to 11 p.m."),
        (38, "November 20, 9 p.m. to November 22, 11 a.m."),
    ],
)
@time_machine.travel(NOW, tick=False)
def test_a_period_names_its_day_once(hours: int, words: str) -> None:
    assert strip_tags(plaza.period(NOW, NOW + timedelta(hours=hours))) == words


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "0"),
        (999, "999"),
        (1_000, "1K"),
        (1_299, "1.2K"),
        (999_999, "999K"),
        (1_300_000, "1.3M"),
    ],
)
def test_counts_are_rounded_down_never_up(number: int, words: str) -> None:
    assert plaza.compact(number) == words


@pytest.mark.parametrize(
    ("length", "digits"),
    [
        (timedelta(seconds=-3), "0:00"),
        (timedelta(seconds=61), "1:01"),
        (timedelta(hours=2, minutes=4, seconds=9), "2:04:09"),
        (timedelta(days=1, seconds=9), "1d 0:00:09"),
        (90, "1:30"),
    ],
)
def test_a_stretch_of_time_reads_like_a_clock(length: timedelta | int, digits: str) -> None:
    assert plaza.clock_digits(length) == digits


def test_people_are_counted_in_words() -> None:
    assert plaza.people(1) == "1 person"
    assert plaza.people(1_300_000) == "1,300,000 people"
