"""What the apps above know of a sale that a bank may want to see, asked for by its reference.

payments never reads meaning into a reference: whoever made it registers who can speak for it.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, fields


@dataclass(frozen=True, slots=True)
class Evidence:
    """Texts for people at a bank, in English, empty where nothing is known.

    Named as Stripe names them: https://docs.stripe.com/api/disputes/evidence_object
    """

    product_description: str = ""
    customer_name: str = ""
    customer_email_address: str = ""
    customer_purchase_ip: str = ""
    shipping_address: str = ""
    shipping_carrier: str = ""
    shipping_date: str = ""
    shipping_tracking_number: str = ""
    access_activity_log: str = ""  # when it was ordered, agreed to, sent and received

    def known(self) -> dict[str, str]:
        """What there is something to say about."""
        return {name: text for name, text in asdict(self).items() if text}


NAMES = tuple(field.name for field in fields(Evidence))
Witness = Callable[[str], Evidence | None]
_witnesses: dict[str, Witness] = {}


def register(prefix: str, witness: Witness) -> None:
    """`witness(reference)` speaks for the references that begin so; None for one it has not."""
    _witnesses[prefix] = witness


def about(reference: str) -> dict[str, str]:
    """All that is known of what the reference names; empty where nobody speaks for it."""
    for prefix, witness in _witnesses.items():
        found = witness(reference) if reference.startswith(prefix) else None
        if found is not None:
            return found.known()
    return {}
