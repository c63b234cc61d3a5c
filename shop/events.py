"""What higher apps may hear from shop. Every signal is sent inside the transaction."""

from django.dispatch import Signal

# (order_id) before the order's row is locked: whoever locks above it does so first.
order_locking = Signal()
# (order) the money is in escrow and the goods are the buyer's.
order_paid = Signal()
# (order) the deadline passed without a payment; the stock held for it is free again.
order_expired = Signal()
# (order) cancelled before shipping; a refund was issued if it had been paid.
order_cancelled = Signal()
# (order) money came in after the order had expired. A receiver that can still serve it
# answers True, and the order is paid after all; otherwise the money goes back.
order_paid_late = Signal()
# (order_id, instrument_id, now) before a card is asked to pay an order that waits; no transaction
# is open. A receiver may refuse with a Problem: then nothing was begun.
card_asked = Signal()
# (order_id) the card has not paid: it was declined, or could not be asked.
card_failed = Signal()
