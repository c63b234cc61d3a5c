"""Who opens the page of a sale, in one look at the session and one at PostgreSQL.

What `request.user` and the page's own reads find out in three queries, for the crowd of people
who wait for the start. The rules are Django's (`contrib.auth.get_user`): whoever may not log in
any more, or has changed their password since, is nobody here.
"""

import json
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.db import connection
from django.utils.crypto import constant_time_compare

from accounts.models import Address, User
from flashsale.models import Reservation

SQL: Final = Path(__file__).resolve().parent.parent / "sql"
# Planned once for each connection: planning takes longer than the look itself.
PREPARE: Final = (
    f"PREPARE look_at_visitor (bigint, bigint) AS {(SQL / 'look_at_visitor.sql').read_text()}"
)
LOOK: Final = "EXECUTE look_at_visitor (%s, %s)"

_lines = threading.local()


@dataclass(frozen=True, slots=True)
class Visitor:
    """`person_id` is 0 for a stranger. `reservation` and `addresses` have what the page shows of
    them, the latter of who has not reserved; `has_claims` counts refused ones too, `has_news` what
    is not shown any more.
    """

    person_id: int = 0
    reservation: Reservation | None = None
    has_claims: bool = False
    addresses: list[Address] = field(default_factory=list)
    is_reminded: bool = False
    has_news: bool = False


STRANGER: Final = Visitor()


def signed_in(session: SessionBase, *, sale_id: int) -> Visitor | None:
    """Whose session it is; None for nobody's. One query. Raises django.db.Error."""
    user_id = session.get(SESSION_KEY)
    if user_id is None or session.get(BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS:
        return None
    row = _look(int(user_id), sale_id)
    if row is None or not _is_theirs(session, password=row[0]):
        return None
    _password, person_id, reservation, has_claims, addresses, is_reminded, has_news = row
    return Visitor(
        person_id,
        Reservation(**json.loads(reservation)) if reservation else None,
        has_claims,
        [Address(**each) for each in json.loads(addresses or "[]")],
        is_reminded,
        has_news,
    )


def _is_theirs(session: SessionBase, *, password: str) -> bool:
    """The password has not been changed since the login."""
    known = session.get(HASH_SESSION_KEY, "")
    return constant_time_compare(known, User(password=password).get_session_auth_hash())


def _look(user_id: int, sale_id: int) -> tuple[Any, ...] | None:
    """The row, on this thread's connection as it is: whether it still stands, the look tells."""
    connection.ensure_connection()
    line = connection.connection
    with connection.wrap_database_errors, line.cursor() as cursor:
        if getattr(_lines, "prepared", None) is not line:
            cursor.execute(PREPARE)
            _lines.prepared = line
        cursor.execute(LOOK, (user_id, sale_id))
        row: tuple[Any, ...] | None = cursor.fetchone()
        return row
