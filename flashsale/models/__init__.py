from flashsale.models.claims import Claim
from flashsale.models.dead_letters import DeadLetter, Stream
from flashsale.models.reservations import Reservation
from flashsale.models.sales import Lot, Sale, SaleKind
from flashsale.models.units import Unit

__all__ = ["Claim", "DeadLetter", "Lot", "Reservation", "Sale", "SaleKind", "Stream", "Unit"]
