"""What the tests of payments share: a Stripe sandbox, and cards bound through it."""

from collections.abc import Callable

import pytest

from accounts.models import User
from payments.models import CardSetup, Instrument
from payments.sandbox.server import Sandbox
from payments.services import cards
from socialcommerce.lib import clock
from tests.payments.sandbox_fixture import (
    answer_bank,
    stripe_sandbox,
    stripe_sandbox_server,
    type_card,
    visit,
)

__all__ = ["stripe_sandbox", "stripe_sandbox_server"]

BindCard = Callable[..., Instrument]


@pytest.fixture
def bind(stripe_sandbox: Sandbox) -> BindCard:
    """A card with that number, typed on the hosted page by that person."""

    def through_the_page(user: User, number: str = "4242424242424242") -> Instrument:
        session = cards.begin_setup(profile=user.profile, next_url="/wallet/", now=clock.now())
        onwards = type_card(session.url, number)
        if "/3ds/" in onwards:  # some banks want to see the person for binding already
            visit(answer_bank(onwards))
        setup = CardSetup.objects.get(stripe_id=session.id)
        card = cards.finish_setup(setup, now=clock.now())
        assert card is not None
        return card

    return through_the_page
