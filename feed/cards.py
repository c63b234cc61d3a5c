"""The card registry: how a post shows something of an app that the feed does not know.

A post stores `card_type` and `card_id`, nothing more. An app above registers a `CardType` in its
`AppConfig.ready()`. A page of posts calls `load` once for each type on it, never once a post.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from accounts.models import Profile
from socialcommerce.lib.problems import Problem

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

Load = Callable[[Sequence[int], Profile | None], Mapping[int, object]]


class UnknownCard(Problem):
    """The card does not exist, or this author may not show it."""

    code = "unknown-card"
    status = 422
    title = _("This card cannot be attached.")


@dataclass(frozen=True)
class AttachChoice:
    """One thing that a person may attach when composing; `label` and `hint` are plain text."""

    card_id: int
    label: str
    hint: str = ""
    picture_url: str = ""

    @property
    def value(self) -> str:
        """The id as a template can join it to the type's key."""
        return str(self.card_id)


@dataclass(frozen=True)
class CardType:
    """`load` answers with what the viewer may see; what it leaves out is shown as gone.

    `attachable(author, query)` gives a short list for the composer; None keeps people from
    attaching this type by hand (the app publishes such posts itself). `label` is for the composer.
    `group_template` says in words who of those one follows has posted the card, where their posts
    are grouped; it finds them as `group`, a selectors.Group. `is_rewarded`: showing it brings its
    author something, so such posts say nothing about what people care for and make no topic hot.
    """

    key: str
    template: str
    load: Load
    attachable: Callable[[Profile, str], Sequence[AttachChoice]] | None = None
    label: "str | StrPromise" = ""
    group_template: str = "feed/_group_words.html"
    is_rewarded: bool = False


@dataclass(frozen=True)
class CardRef:
    """What a post remembers of its card."""

    card_type: str
    card_id: int


@dataclass(frozen=True)
class LoadedCard:
    """A card ready for its template; `card` is None when it is gone."""

    template: str
    card: object | None
    group_template: str


_types: dict[str, CardType] = {}


def register(card_type: CardType) -> None:
    """The type is known from now on. Raises ValueError when the key is taken by another."""
    if _types.get(card_type.key, card_type) != card_type:
        raise ValueError(f"card type {card_type.key!r} is registered twice")
    _types[card_type.key] = card_type


def attachable_types() -> list[CardType]:
    """The types that a person may attach by hand."""
    return [card_type for card_type in _types.values() if card_type.attachable is not None]


def rewarded_keys() -> list[str]:
    """The types whose posts weigh nothing."""
    return [card_type.key for card_type in _types.values() if card_type.is_rewarded]


def choices(*, key: str, author: Profile, query: str) -> Sequence[AttachChoice]:
    """What `author` finds for `query`. Raises UnknownCard for a type that nobody may attach."""
    card_type = _types.get(key)
    if card_type is None or card_type.attachable is None:
        raise UnknownCard
    return card_type.attachable(author, query)


def check(card: CardRef, *, author: Profile, by_hand: bool) -> None:
    """The card exists and `author` sees it; `by_hand` asks also that people may attach it.

    Raises UnknownCard.
    """
    card_type = _types.get(card.card_type)
    if card_type is None or (by_hand and card_type.attachable is None):
        raise UnknownCard
    if card.card_id not in card_type.load([card.card_id], author):
        raise UnknownCard


def load(refs: Iterable[CardRef], viewer: Profile | None) -> dict[CardRef, LoadedCard]:
    """Every card of a page, with one `load` for each type. Types that left the site are absent."""
    ids: dict[str, set[int]] = {}
    for ref in refs:
        ids.setdefault(ref.card_type, set()).add(ref.card_id)
    loaded: dict[CardRef, LoadedCard] = {}
    for key, wanted in ids.items():
        card_type = _types.get(key)
        if card_type is None:
            continue
        found = card_type.load(sorted(wanted), viewer)
        for card_id in wanted:
            loaded[CardRef(key, card_id)] = LoadedCard(
                card_type.template, found.get(card_id), card_type.group_template
            )
    return loaded
