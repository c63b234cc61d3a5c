"""State tables that are checked when they are imported."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Generic, TypeVar

S = TypeVar("S", bound=StrEnum)


class BadTable(RuntimeError):
    """A transition table names a state twice, forgets one, or reaches none of them."""


class BadMove(RuntimeError):
    """Code asked for a move that the table does not have: a bug, not a person's mistake."""


class StateTable(Generic[S]):
    """Which state may follow which. Every state of the enum has its row, even if it is empty."""

    def __init__(self, enum: type[S], moves: Mapping[S, set[S]], *, initial: S) -> None:
        self.enum, self.moves, self.initial = enum, dict(moves), initial
        missing = set(enum) - set(self.moves)
        if missing:
            raise BadTable(f"{enum.__name__} has no row for {sorted(missing)}.")
        unreached = set(enum) - {initial}.union(*self.moves.values())
        if unreached:
            raise BadTable(f"{enum.__name__} never reaches {sorted(unreached)}.")

    def check(self, old: S, new: S) -> None:
        """Nothing where the move is allowed. Raises BadMove where it is not."""
        if new not in self.moves[old]:
            raise BadMove(f"{self.enum.__name__}: {old} may not become {new}.")

    def sources(self, new: S) -> set[S]:
        """Every state from which `new` may be reached."""
        return {old for old, following in self.moves.items() if new in following}

    @property
    def final(self) -> set[S]:
        return {state for state, following in self.moves.items() if not following}


def table(enum: type[S], moves: Mapping[S, set[S]], *, initial: S) -> StateTable[S]:
    return StateTable(enum, moves, initial=initial)
