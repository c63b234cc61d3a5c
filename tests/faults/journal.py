"""What people were told, held against what PostgreSQL knows at the end."""

from dataclasses import dataclass, field

from flashsale import verification
from flashsale.gate import admission
from flashsale.gate.admission import Answer
from flashsale.models import Claim, Sale
from flashsale.services.watch import conservation
from flashsale.standings import Standing
from tests.factories import flashsale as sales
from tests.factories.flashsale import Person

DECIDED = {Standing.HELD, Standing.PAID, Standing.PAYING}


@dataclass(slots=True)
class Journal:
    """Every answer that anybody got."""

    sale: Sale
    heard: list[tuple[Person, Answer]] = field(default_factory=list)

    def claim(self, person: Person) -> Standing:
        """The person presses the button, with the receipt of the last answer if there is one."""
        receipts = [
            answer.receipt for who, answer in self.heard if who == person and answer.receipt
        ]
        answer = admission.claim(
            sales.token_of(self.sale, person), slot=1, earlier=receipts[-1] if receipts else None
        )
        self.heard.append((person, answer))
        return answer.standing

    def look(self, person: Person) -> Standing:
        answer = admission.look(sales.token_of(self.sale, person))
        self.heard.append((person, answer))
        return answer.standing

    def prove(self, *, units: int) -> None:
        """Nothing oversold, undersold, lost or doubled; nobody was told what is not so."""
        count = conservation.count(self.sale.pk)
        assert count.holds
        assert verification.faults(self.sale.pk) == []
        live = Claim.objects.filter(sale=self.sale, state__in=["held", "paying", "paid"])
        holders = set(live.values_list("person_id", flat=True))
        assert len(holders) == live.count() <= units
        for person, answer in self.heard:
            if answer.standing in DECIDED:
                assert person.profile_id in holders, f"{person} heard {answer.standing}"
        in_line = {who for who, answer in self.heard if answer.standing == Standing.IN_LINE}
        for person in in_line:
            assert self.look(person) in DECIDED | {Standing.NO_STOCK, Standing.SOLD_OUT}
        if len(in_line) >= units:
            assert count.free == 0
