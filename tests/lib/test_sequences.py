"""Ids that are taken before their rows are written."""

import pytest

from accounts.models import User
from socialcommerce.lib import sequences

pytestmark = pytest.mark.django_db


def test_each_id_is_given_once_and_to_nobody_else() -> None:
    taken = sequences.take("accounts_user", count=3)
    taken += sequences.take("accounts_user", count=2)
    own = User.objects.create(email="later@plaza.example").pk
    assert len({*taken, own}) == 6


def test_none_are_none() -> None:
    assert sequences.take("accounts_user", count=0) == []
