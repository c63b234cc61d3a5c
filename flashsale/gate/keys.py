"""Names of the gate's keys. One hash tag per sale and shard: every script is single-slot."""

from dataclasses import dataclass
from datetime import datetime

# One shard serves any stock that one Redis can count; more come with rebalancing.
SHARD = 0
GROUP = "drain"


@dataclass(frozen=True, slots=True)
class Keys:
    """All keys of one sale. `remain`, `result` take what they belong to."""

    sale_id: int

    @property
    def tag(self) -> str:
        return f"{{fs:{self.sale_id}:{SHARD}}}"

    @property
    def lease(self) -> str:
        """Holds the fence while the gate is open; dies by itself with the controller."""
        return f"{self.tag}:lease"

    @property
    def meta(self) -> str:
        """Fence, times in microseconds, script hashes."""
        return f"{self.tag}:meta"

    @property
    def notice(self) -> str:
        """Why the gate is closed on purpose: the stored state of the sale."""
        return f"{self.tag}:notice"

    @property
    def received(self) -> str:
        """Bitmap by person: a reservation was received."""
        return f"{self.tag}:received"

    @property
    def claimed(self) -> str:
        """Bitmap by reservation number and slot: a claim was admitted."""
        return f"{self.tag}:claimed"

    @property
    def written(self) -> str:
        """Bitmap by person: the reservation was committed when the gate was loaded."""
        return f"{self.tag}:written"

    @property
    def claims(self) -> str:
        """Stream of admitted claims, never trimmed by length."""
        return f"{self.tag}:q"

    @property
    def reservations(self) -> str:
        """Stream of received reservations, never trimmed by length."""
        return f"{self.tag}:rq"

    @property
    def places(self) -> str:
        """Sorted set of places kept from before a loss, by the time of the first receipt."""
        return f"{self.tag}:places"

    @property
    def window(self) -> str:
        """Stream of claims of the opening window, until their order is decided."""
        return f"{self.tag}:w"

    @property
    def came(self) -> str:
        """Bitmap by reservation number: the person came for a claim."""
        return f"{self.tag}:came"

    @property
    def came_before(self) -> str:
        """The same as PostgreSQL has it, for the moment of a rebuild."""
        return f"{self.tag}:came:before"

    @property
    def seconds(self) -> str:
        """Hash of what happened in each second, until it is a row."""
        return f"{self.tag}:seconds"

    def limits(self, period: int) -> str:
        """Hash of who has asked how often in this period."""
        return f"{self.tag}:limits:{period}"

    def owed(self, fence: str) -> str:
        """Hash of what remain of each lot is still to change by, in that opening of the gate."""
        return f"{self.tag}:owed:{fence}"

    def nudge(self, stream: str) -> str:
        """Set while a drain of that stream has just been asked for."""
        return f"{stream}:nudge"

    def remain(self, lot_id: int) -> str:
        return f"{self.tag}:remain:{lot_id}"

    def result(self, ticket: str) -> str:
        """What became of a ticket."""
        return f"{self.tag}:res:{ticket}"


def claim_bit(*, number: int, slot: int, slots: int) -> int:
    """The place of a reservation's slot (both from 1) in the bitmap `claimed`."""
    return (number - 1) * slots + slot - 1


def microseconds(moment: datetime) -> int:
    """As the gate counts time; exact, which a float of seconds would not be."""
    return int(moment.timestamp()) * 1_000_000 + moment.microsecond
