"""The site's clock. Services take `now` as a keyword; only the outermost caller reads it here."""

from datetime import UTC, datetime


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(tz=UTC)
