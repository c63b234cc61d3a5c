"""What payments tells the apps above. Receivers change state in the same transaction.

payment_locking(reference)   before a payment's row is locked: lock what the reference names
payment_settled(payment)     the money is captured and booked
payment_declined(payment)    it waits for another card
payment_died(payment)        it will never be captured
refund_changed(refund)       pending, succeeded or failed
dispute_changed(dispute, is_back)   the bank has said something; the money has just come back
"""

from django.dispatch import Signal

payment_locking = Signal()
payment_settled = Signal()
payment_declined = Signal()
payment_died = Signal()
refund_changed = Signal()
dispute_changed = Signal()
