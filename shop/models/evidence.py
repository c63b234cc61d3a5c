"""How a buyer came to pay an order by card: kept for the day on which a bank asks."""

from django.db import models

from shop.models.orders import Order


class PaidFrom(models.Model):
    """As it was when the card was asked last. The total, the goods and the address stand with the
    order, which is only made for the total that the page showed.
    """

    order = models.OneToOneField(Order, on_delete=models.PROTECT, related_name="paid_from")
    email = models.EmailField()
    address = models.GenericIPAddressField(null=True)
    browser = models.CharField(max_length=200, blank=True)
    pressed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.order_id} {self.address}"
