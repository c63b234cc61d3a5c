"""Whoever had a unit is not asked again in a wave, with none of their slots, and hears so."""

import pytest

from flashsale.gate import admission
from flashsale.models import Claim
from flashsale.standings import Standing
from tests.factories import flashsale as sales
from tests.flashsale.sales.test_the_second_wave import nobody_pays, sold_out, time_comes

pytestmark = pytest.mark.django_db


def test_the_second_slot_of_somebody_who_had_one_is_not_in_line_for_ever() -> None:
    """Found by seed 4 of the fault runs: the mark of the whole person was read as a claim."""
    sale, people = sold_out(slots=2)
    nobody_pays(sale)
    time_comes(sale)
    winner, loser = (sales.token_of(sale, person) for person in (people[0], people[-1]))
    assert admission.claim(winner, slot=2, earlier=None).standing == Standing.NOT_INVITED
    assert admission.look(winner, slot=2).standing == Standing.NOT_INVITED
    assert admission.look(winner, slot=1).standing == Standing.EXPIRED
    for slot in (1, 2):
        assert admission.claim(loser, slot=slot, earlier=None).standing == Standing.IN_LINE
        assert admission.look(loser, slot=slot).standing == Standing.IN_LINE
    sales.drain(sale)
    mine = Claim.objects.filter(person_id=people[-1].profile_id, wave=1)
    assert sorted(mine.values_list("slot", "state")) == [(1, "held"), (2, "held")]
