"""What people can report. Each app registers its things in `AppConfig.ready()`."""

from collections.abc import Callable
from dataclasses import dataclass

from accounts.models import Profile


@dataclass(frozen=True)
class Reported:
    """A thing as the report form and the operator see it."""

    title: str
    url: str
    owner_id: int  # profile


@dataclass(frozen=True)
class Reportable:
    """`load(id, viewer)` is None for what the viewer may not see; no viewer is an operator.

    `hide(id, reason=, now=)` takes the thing out of sight.
    """

    key: str
    load: Callable[[int, Profile | None], Reported | None]
    hide: Callable[..., None]


_reportables: dict[str, Reportable] = {}


def register(reportable: Reportable) -> None:
    """The thing can be reported from now on. Raises ValueError when the key is taken."""
    if _reportables.get(reportable.key, reportable) != reportable:
        raise ValueError(f"reportable {reportable.key!r} is registered twice")
    _reportables[reportable.key] = reportable


def find(key: str) -> Reportable | None:
    return _reportables.get(key)
