"""Which endpoint answers what, with the SDK's type for its parameters and those understood here.

A parameter that Stripe knows and the sandbox does not is refused in so many words: silently
ignoring it would make a test pass that proves nothing.
"""

import re
from dataclasses import dataclass
from functools import partial

from stripe import params as shapes
from stripe.params import checkout as checkout_shapes

from payments.sandbox.calls import Handler
from payments.sandbox.errors import ApiError, InvalidParameter, Json
from payments.sandbox.resources import (
    charges,
    checkout,
    customers,
    events,
    payment_intents,
    payment_methods,
    refunds,
    setup_intents,
)

_LIST = "created ending_before limit starting_after"


@dataclass(frozen=True)
class Route:
    """One endpoint. ``understood`` are the parameters that its handler looks at."""

    method: str
    path: re.Pattern[str]
    shape: type
    handler: Handler
    understood: frozenset[str]


def _route(method: str, path: str, shape: type, handler: Handler, understood: str = "") -> Route:
    pattern = re.compile(re.sub(r"\{\w+\}", r"([A-Za-z0-9_]+)", f"/v1/{path}"))
    return Route(method, pattern, shape, handler, frozenset(f"expand {understood}".split()))


_get, _post, _delete = partial(_route, "GET"), partial(_route, "POST"), partial(_route, "DELETE")

_ABOUT = "description metadata name email phone"
_SETUP = (
    "allowed_payment_method_types automatic_payment_methods customer description metadata"
    " payment_method usage"
)
_PAYMENT = (
    "allowed_payment_method_types amount automatic_payment_methods capture_method currency"
    " customer description metadata payment_method receipt_email setup_future_usage"
)
_SESSION = (
    "allowed_payment_method_types cancel_url client_reference_id currency customer expires_at"
    " line_items metadata mode payment_intent_data setup_intent_data success_url"
)

ROUTES = (
    _post("customers", shapes.CustomerCreateParams, customers.create, _ABOUT),
    _get("customers", shapes.CustomerListParams, customers.list_all, f"{_LIST} email"),
    _get("customers/{id}", shapes.CustomerRetrieveParams, customers.retrieve),
    _post(
        "customers/{id}",
        shapes.CustomerUpdateParams,
        customers.update,
        f"{_ABOUT} invoice_settings",
    ),
    _delete("customers/{id}", shapes.CustomerDeleteParams, customers.delete),
    _get(
        "customers/{id}/payment_methods",
        shapes.CustomerPaymentMethodListParams,
        payment_methods.list_of_customer,
        f"{_LIST} type",
    ),
    _post(
        "payment_methods",
        shapes.PaymentMethodCreateParams,
        payment_methods.create,
        "billing_details card metadata type",
    ),
    _get(
        "payment_methods",
        shapes.PaymentMethodListParams,
        payment_methods.list_all,
        f"{_LIST} customer type",
    ),
    _get("payment_methods/{id}", shapes.PaymentMethodRetrieveParams, payment_methods.retrieve),
    _post(
        "payment_methods/{id}/attach",
        shapes.PaymentMethodAttachParams,
        payment_methods.attach,
        "customer",
    ),
    _post("payment_methods/{id}/detach", shapes.PaymentMethodDetachParams, payment_methods.detach),
    _post(
        "setup_intents",
        shapes.SetupIntentCreateParams,
        setup_intents.create,
        f"{_SETUP} confirm return_url",
    ),
    _get(
        "setup_intents",
        shapes.SetupIntentListParams,
        setup_intents.list_all,
        f"{_LIST} customer payment_method",
    ),
    _get("setup_intents/{id}", shapes.SetupIntentRetrieveParams, setup_intents.retrieve),
    _post(
        "setup_intents/{id}/confirm",
        shapes.SetupIntentConfirmParams,
        setup_intents.confirm,
        "payment_method return_url",
    ),
    _post(
        "setup_intents/{id}/cancel",
        shapes.SetupIntentCancelParams,
        setup_intents.cancel,
        "cancellation_reason",
    ),
    _post(
        "payment_intents",
        shapes.PaymentIntentCreateParams,
        payment_intents.create,
        f"{_PAYMENT} confirm off_session return_url",
    ),
    _get(
        "payment_intents",
        shapes.PaymentIntentListParams,
        payment_intents.list_all,
        f"{_LIST} customer",
    ),
    _get("payment_intents/{id}", shapes.PaymentIntentRetrieveParams, payment_intents.retrieve),
    _post(
        "payment_intents/{id}",
        shapes.PaymentIntentUpdateParams,
        payment_intents.update,
        "amount customer description metadata payment_method receipt_email setup_future_usage",
    ),
    _post(
        "payment_intents/{id}/confirm",
        shapes.PaymentIntentConfirmParams,
        payment_intents.confirm,
        "off_session payment_method return_url setup_future_usage",
    ),
    _post(
        "payment_intents/{id}/capture",
        shapes.PaymentIntentCaptureParams,
        payment_intents.capture,
        "amount_to_capture",
    ),
    _post(
        "payment_intents/{id}/cancel",
        shapes.PaymentIntentCancelParams,
        payment_intents.cancel,
        "cancellation_reason",
    ),
    _get("charges", shapes.ChargeListParams, charges.list_all, f"{_LIST} customer payment_intent"),
    _get("charges/{id}", shapes.ChargeRetrieveParams, charges.retrieve),
    _get(
        "balance_transactions",
        shapes.BalanceTransactionListParams,
        charges.list_transactions,
        f"{_LIST} currency source type",
    ),
    _get(
        "balance_transactions/{id}",
        shapes.BalanceTransactionRetrieveParams,
        charges.retrieve_transaction,
    ),
    _post(
        "refunds",
        shapes.RefundCreateParams,
        refunds.create,
        "amount charge metadata payment_intent reason",
    ),
    _get("refunds", shapes.RefundListParams, refunds.list_all, f"{_LIST} charge payment_intent"),
    _get("refunds/{id}", shapes.RefundRetrieveParams, refunds.retrieve),
    _post("refunds/{id}", shapes.RefundUpdateParams, refunds.update, "metadata"),
    _post("checkout/sessions", checkout_shapes.SessionCreateParams, checkout.create, _SESSION),
    _get(
        "checkout/sessions",
        checkout_shapes.SessionListParams,
        checkout.list_all,
        f"{_LIST} customer payment_intent status",
    ),
    _get("checkout/sessions/{id}", checkout_shapes.SessionRetrieveParams, checkout.retrieve),
    _post("checkout/sessions/{id}/expire", checkout_shapes.SessionExpireParams, checkout.expire),
    _get("events", shapes.EventListParams, events.list_all, f"{_LIST} type"),
    _get("events/{id}", shapes.EventRetrieveParams, events.retrieve),
)


def find(method: str, path: str) -> tuple[Route, tuple[str, ...]]:
    """Return the endpoint and the ids in the path. Raises ApiError 404."""
    for route in ROUTES:
        match = route.path.fullmatch(path)
        if route.method == method and match is not None:
            return route, match.groups()
    raise ApiError(
        f"Unrecognized request URL ({method}: {path}), or one that the sandbox does not answer.",
        status=404,
    )


def refuse_unsupported(route: Route, params: Json) -> None:
    """Raises InvalidParameter for what Stripe would take and the sandbox has no answer to."""
    for name in params:
        if name not in route.understood:
            raise InvalidParameter(
                f"The sandbox does not support the parameter {name} here yet.",
                code="sandbox_unsupported_parameter",
                param=name,
            )
