"""Which entries stand in a person's home timeline, and for whom a grouped one stands.

Posts that many people publish with the same card (feed.services.bulk) would fill the timeline of
whoever follows them: such posts are grouped, and the newest stands for all of them. A reader who
pages on goes through the groups as they were when the first page was made, so that nobody meets
a group twice or misses one because somebody joined it meanwhile.
"""

from datetime import datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

from django.db import connection
from django.utils.dateparse import parse_datetime

from accounts.models import Profile
from socialcommerce.lib import keyset
from socialcommerce.lib.keyset import BadCursor

SQL: Final = (Path(__file__).parent / "sql" / "home.sql").read_text()
FACES: Final = 3  # of the people in a group, the others are counted
ALWAYS: Final = "infinity"
NEVER: Final = "-infinity"


class Entry(NamedTuple):
    """A post of the timeline; `members` is 0 unless it stands for so many people's, its own
    among them, of whom `faces` (ids of profiles) posted last.
    """

    post_id: int
    created_at: datetime
    members: int
    faces: list[int]


class Place(NamedTuple):
    """What comes before this moment and post, with groups as they were at `as_of`."""

    at: str = ALWAYS
    post_id: int = 0
    as_of: str = ALWAYS


def page(viewer: Profile, *, cursor: str | None, size: int) -> tuple[list[Entry], str | None]:
    """At most `size` entries after the cursor and the cursor of the next page, None at the end.

    One query. Raises BadCursor.
    """
    start = _decode(cursor) if cursor else Place()
    found = _entries(viewer, before=start, size=size + 1)
    entries, more = found[:size], len(found) > size
    return entries, _encode(entries, start) if more else None


def count_new(viewer: Profile, *, since: datetime, most: int) -> int:
    """How many entries came after `since`, up to `most`; a group that grew is one of them, and
    one's own posts are none. One query.
    """
    found = _entries(viewer, before=Place(), after=since.isoformat(), with_own=False, size=most)
    return len(found)


def _entries(
    viewer: Profile, *, before: Place, size: int, after: str = NEVER, with_own: bool = True
) -> list[Entry]:
    values: dict[str, Any] = {
        "viewer": viewer.pk,
        "before_at": before.at,
        "before_id": before.post_id,
        "as_of": before.as_of,
        "after": after,
        "with_own": with_own,
        "size": size,
        "faces": FACES,
    }
    with connection.cursor() as cursor:
        cursor.execute(SQL, values)
        return [Entry(*row) for row in cursor.fetchall()]


def _encode(entries: list[Entry], start: Place) -> str:
    first, last = entries[0].created_at.isoformat(), entries[-1]
    as_of = first if start.as_of == ALWAYS else start.as_of
    return keyset.encode([last.created_at.isoformat(), last.post_id, as_of])


def _decode(cursor: str) -> Place:
    at, post_id, as_of = keyset.decode(cursor, 3)
    if not isinstance(post_id, int):
        raise BadCursor
    return Place(_moment(at), post_id, _moment(as_of))


def _moment(value: object) -> str:
    try:
        moment = parse_datetime(value) if isinstance(value, str) else None
    except ValueError:
        raise BadCursor from None
    if moment is None or moment.tzinfo is None:
        raise BadCursor
    return moment.isoformat()
