"""Places on the feed's pages that apps above fill; rendered on the server, so without JavaScript.

Names: `side_column`, `home_top`, `profile_top`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from accounts.models import Profile

NAMES = frozenset({"side_column", "home_top", "profile_top"})


@dataclass(frozen=True)
class SlotItem:
    """A template and what it needs; it is rendered with the page's request."""

    template: str
    context: Mapping[str, object] = field(default_factory=dict)


# `profile_top` asks for the profile that the page shows, every other slot for who looks at it.
Provider = Callable[[Profile | None], Sequence[SlotItem]]

_providers: dict[str, list[Provider]] = {name: [] for name in NAMES}


def register(slot_name: str, provider: Provider) -> None:
    """`provider` fills the slot after those registered before it. Raises KeyError for no slot."""
    if provider not in _providers[slot_name]:
        _providers[slot_name].append(provider)


def items(slot_name: str, profile: Profile | None) -> list[SlotItem]:
    """What stands in the slot now. Raises KeyError for a name that is no slot."""
    return [item for provider in _providers[slot_name] for item in provider(profile)]
