"""Whatever is put into an array's text comes out of PostgreSQL as it was."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection

from socialcommerce.lib import arrays

pytestmark = pytest.mark.django_db
ODD = ["", " ", "null", "NULL", "{}", "a,b", '"', "\\", '\\"', "'", "$1", "%s", "Zoë", "灯", "\n"]


def back(literal: str, kind: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT %s::{kind}[]", [literal])
        return cursor.fetchone()[0]


@pytest.mark.parametrize("odd", ODD)
def test_any_text_survives(odd: str) -> None:
    assert back(arrays.texts([odd, "x", odd]), "text") == [odd, "x", odd]


def test_nothing_is_an_empty_array() -> None:
    assert back(arrays.texts([]), "text") == []
    assert back(arrays.words([]), "text") == []
    assert back(arrays.integers([]), "bigint") == []


def test_numbers_flags_and_gaps_survive() -> None:
    assert back(arrays.integers([1, -(2**63), 2**63 - 1]), "bigint") == [1, -(2**63), 2**63 - 1]
    assert back(arrays.optional_integers([1, None]), "bigint") == [1, None]
    assert back(arrays.flags([1, 0, None, "x"]), "boolean") == [True, False, False, True]
    assert back(arrays.words(["held", "9f"]), "text") == ["held", "9f"]


def test_times_keep_their_microseconds() -> None:
    moment = datetime(2012, 10, 29, 11, 59, 59, 999_999, tzinfo=UTC)
    assert back(arrays.moments([moment, None]), "timestamptz") == [moment, None]
