"""Who pays how, and what becomes of it: the same seed tells the same again."""

from dataclasses import dataclass
from enum import StrEnum
from random import Random


class Way(StrEnum):
    """How a payment goes."""

    AT_ONCE = "the card pays"
    ANSWER_LOST = "the card pays, and the answer is lost"
    BY_BANK = "the bank asks the person, who agrees"
    BANK_REFUSES = "the bank asks the person, who does not; another card pays"
    DECLINED = "the card is declined; another one pays"
    PROCESSED = "the card takes its time and pays"
    IN_VAIN = "the card takes its time and is declined"
    GIVEN_UP = "the bank asks, and the person gives up"
    WITH_WALLET = "wallet and card pay together, and the answer is lost"
    TOP_UP = "the card tops a wallet up, and the answer is lost"


class After(StrEnum):
    """What becomes of a sale that was paid."""

    NOTHING = "nothing"
    RELEASED = "the store has its money"
    PART_BACK = "a part goes back"
    BACK_LOST = "a part goes back, and the answer is lost"
    BACK_FAILS = "a part goes back, and days later the bank refuses it"
    RELEASED_AND_BACK = "the store has its money, and a part goes back"
    RELEASED_AND_FAILS = "the same, and the bank refuses it"
    DISPUTE_WON = "it is disputed, and the store is right"
    DISPUTE_LOST = "it is disputed, and the buyer is right"


@dataclass(frozen=True, slots=True)
class Story:
    number: int
    buyer: int
    amount_minor: int
    way: Way
    after: After

    @property
    def reference(self) -> str:
        return f"story:{self.number}"

    @property
    def back_minor(self) -> int:
        return self.amount_minor // 3


def draw(seed: int, *, count: int, buyers: int) -> list[Story]:
    """Every way and every end comes up, however few they are; the rest by chance."""
    random = Random(f"stories {seed}")
    ways = [*Way, *random.choices(list(Way), k=max(0, count - len(Way)))]
    return [
        Story(
            number=number,
            buyer=number % buyers,
            amount_minor=random.randint(500, 5_000),
            way=way,
            after=list(After)[number % len(After)],
        )
        for number, way in enumerate(ways)
    ]
