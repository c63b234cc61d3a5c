"""Every test that moved money ends with the books proven."""

from collections.abc import Iterator

import pytest
from django.db import connection

from payments.models import Account
from payments.services import ledger


@pytest.fixture(autouse=True)
def books_balance(request: pytest.FixtureRequest) -> Iterator[None]:
    """After a test with the database: the ledger's proof finds nothing.

    A test that breaks the books on purpose takes the breach back before it ends.
    """
    fixtures = {"db", "transactional_db", "django_db_reset_sequences"}
    uses_database = fixtures & set(request.fixturenames)
    if not uses_database and request.node.get_closest_marker("django_db") is None:
        yield
        return
    request.getfixturevalue("db")  # set up before this fixture, so torn down after it
    yield
    if not connection.needs_rollback and Account.objects.exists():
        assert ledger.verify() == []
