from flashsale.models.claims import Claim
from flashsale.models.dead_letters import DeadLetter, Stream
from flashsale.models.draws import Pass, PassRoute, PassState, Secret, Tree, Turn
from flashsale.models.programmes import Programme, Reminder, Slot, Submission, SubmissionState
from flashsale.models.records import Act, Rehearsal, Second
from flashsale.models.reservations import Reservation
from flashsale.models.sales import Lot, Sale, SaleKind
from flashsale.models.units import Unit
from flashsale.models.waves import Attendance, WaitingPlace, Wave

__all__ = [
    "Act",
    "Attendance",
    "Claim",
    "DeadLetter",
    "Lot",
    "Pass",
    "PassRoute",
    "PassState",
    "Programme",
    "Rehearsal",
    "Reminder",
    "Reservation",
    "Sale",
    "SaleKind",
    "Second",
    "Secret",
    "Slot",
    "Stream",
    "Submission",
    "SubmissionState",
    "Tree",
    "Turn",
    "Unit",
    "WaitingPlace",
    "Wave",
]
