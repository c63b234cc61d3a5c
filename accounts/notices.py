"""The kinds of news there are. Each app registers its own when it is ready."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class NoticeKind:
    """`template` renders one line and receives `notice`, a `selectors.NoticeView`."""

    key: str
    template: str


_kinds: dict[str, NoticeKind] = {}


class UnknownKind(LookupError):
    """A programming error: nobody registered that kind."""


def register(kind: NoticeKind) -> None:
    """News of that kind can be written and shown."""
    _kinds[kind.key] = kind


def get(key: str) -> NoticeKind:
    """Raises UnknownKind."""
    try:
        return _kinds[key]
    except KeyError:
        raise UnknownKind(key) from None


def keys() -> list[str]:
    """Of all registered kinds: what a list can show."""
    return list(_kinds)
