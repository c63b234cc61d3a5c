"""A card type of the tests' own, so that the feed is tested without the apps above it."""

from collections.abc import Mapping, Sequence

import pytest

from accounts.models import Profile
from feed import cards
from feed.cards import AttachChoice, CardType


class Shelf:
    """Cards 1 to 3 exist; `asked` remembers what was loaded."""

    def __init__(self) -> None:
        self.asked: list[list[int]] = []
        self.there = {1, 2, 3}

    def load(self, ids: Sequence[int], viewer: Profile | None) -> Mapping[int, object]:
        self.asked.append(list(ids))
        return {card_id: {"title": f"Thing {card_id}"} for card_id in ids if card_id in self.there}

    def attachable(self, author: Profile, query: str) -> Sequence[AttachChoice]:
        found = [AttachChoice(card_id, f"Thing {card_id}") for card_id in sorted(self.there)]
        return [choice for choice in found if query.lower() in choice.label.lower()]


@pytest.fixture
def shelf(monkeypatch: pytest.MonkeyPatch) -> Shelf:
    """The registry knows a type "thing" that people attach and "gift" that they do not."""
    made = Shelf()
    thing = CardType("thing", "components/_statistic.html", made.load, made.attachable, "Things")
    gift = CardType("gift", "components/_statistic.html", made.load)
    monkeypatch.setattr(cards, "_types", {"thing": thing, "gift": gift})
    return made
