"""Where Stripe's events arrive: verified, stored, answered; the work comes afterwards."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from payments import nudges
from payments.services import stripe_events
from socialcommerce.lib import clock, http


@csrf_exempt  # Stripe has no form of ours; the signature says who speaks
@http.require("POST")
def stripe(request: HttpRequest) -> HttpResponse:
    stripe_events.receive(
        payload=request.body,
        signature=request.headers.get("Stripe-Signature", ""),
        now=clock.now(),
    )
    nudges.process_events()
    return HttpResponse(status=200)
