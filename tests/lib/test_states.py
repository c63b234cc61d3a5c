from enum import StrEnum

import pytest

from socialcommerce.lib.states import BadMove, BadTable, table


class Door(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    WALLED = "walled"


GOOD = {Door.OPEN: {Door.CLOSED}, Door.CLOSED: {Door.OPEN, Door.WALLED}, Door.WALLED: set[Door]()}


def test_a_move_of_the_table_passes_and_another_does_not() -> None:
    doors = table(Door, GOOD, initial=Door.OPEN)
    doors.check(Door.OPEN, Door.CLOSED)
    with pytest.raises(BadMove):
        doors.check(Door.OPEN, Door.WALLED)


def test_final_states_and_sources_are_read_off_the_table() -> None:
    doors = table(Door, GOOD, initial=Door.OPEN)
    assert doors.final == {Door.WALLED}
    assert doors.sources(Door.OPEN) == {Door.CLOSED}


def test_a_forgotten_state_stops_the_import() -> None:
    with pytest.raises(BadTable):
        table(Door, {Door.OPEN: {Door.CLOSED}, Door.CLOSED: {Door.OPEN}}, initial=Door.OPEN)


def test_a_state_nothing_leads_to_stops_the_import() -> None:
    moves = {Door.OPEN: {Door.CLOSED}, Door.CLOSED: {Door.OPEN}, Door.WALLED: {Door.OPEN}}
    with pytest.raises(BadTable):
        table(Door, moves, initial=Door.OPEN)
