"""The endpoints by which a person pays: customers, cards, intents, Checkout."""

from stripe import params as shapes
from stripe.params import checkout as checkout_shapes

from payments.sandbox.resources import (
    checkout,
    customers,
    mandates,
    payment_intents,
    payment_methods,
    searches,
    setup_intents,
)
from payments.sandbox.routing import LIST, delete, get, post

_ABOUT = "description metadata name email phone"
_SETUP = (
    "allowed_payment_method_types automatic_payment_methods customer description metadata"
    " payment_method usage"
)
_PAYMENT = (
    "allowed_payment_method_types amount automatic_payment_methods capture_method currency"
    " customer description metadata payment_method receipt_email setup_future_usage transfer_group"
)
_SESSION = (
    "allowed_payment_method_types cancel_url client_reference_id currency customer expires_at"
    " line_items metadata mode payment_intent_data setup_intent_data success_url"
)

PAYMENT_ROUTES = (
    post("customers", shapes.CustomerCreateParams, customers.create, _ABOUT),
    get("customers", shapes.CustomerListParams, customers.list_all, f"{LIST} email"),
    get("customers/{id}", shapes.CustomerRetrieveParams, customers.retrieve),
    post(
        "customers/{id}",
        shapes.CustomerUpdateParams,
        customers.update,
        f"{_ABOUT} invoice_settings",
    ),
    delete("customers/{id}", shapes.CustomerDeleteParams, customers.delete),
    get(
        "customers/{id}/payment_methods",
        shapes.CustomerPaymentMethodListParams,
        payment_methods.list_of_customer,
        f"{LIST} type",
    ),
    post(
        "payment_methods",
        shapes.PaymentMethodCreateParams,
        payment_methods.create,
        "billing_details card metadata type",
    ),
    get(
        "payment_methods",
        shapes.PaymentMethodListParams,
        payment_methods.list_all,
        f"{LIST} customer type",
    ),
    get("payment_methods/{id}", shapes.PaymentMethodRetrieveParams, payment_methods.retrieve),
    post(
        "payment_methods/{id}",
        shapes.PaymentMethodUpdateParams,
        payment_methods.update,
        "allow_redisplay billing_details card metadata",
    ),
    post(
        "payment_methods/{id}/attach",
        shapes.PaymentMethodAttachParams,
        payment_methods.attach,
        "customer",
    ),
    post("payment_methods/{id}/detach", shapes.PaymentMethodDetachParams, payment_methods.detach),
    post(
        "setup_intents",
        shapes.SetupIntentCreateParams,
        setup_intents.create,
        f"{_SETUP} confirm mandate_data return_url",
    ),
    get(
        "setup_intents",
        shapes.SetupIntentListParams,
        setup_intents.list_all,
        f"{LIST} customer payment_method",
    ),
    get("setup_intents/{id}", shapes.SetupIntentRetrieveParams, setup_intents.retrieve),
    post(
        "setup_intents/{id}/confirm",
        shapes.SetupIntentConfirmParams,
        setup_intents.confirm,
        "mandate_data payment_method return_url",
    ),
    post(
        "setup_intents/{id}/cancel",
        shapes.SetupIntentCancelParams,
        setup_intents.cancel,
        "cancellation_reason",
    ),
    get("mandates/{id}", shapes.MandateRetrieveParams, mandates.retrieve),
    post(
        "payment_intents",
        shapes.PaymentIntentCreateParams,
        payment_intents.create,
        f"{_PAYMENT} confirm off_session return_url",
    ),
    get(
        "payment_intents",
        shapes.PaymentIntentListParams,
        payment_intents.list_all,
        f"{LIST} customer",
    ),
    get(
        "payment_intents/search",
        shapes.PaymentIntentSearchParams,
        searches.payment_intents,
        "limit page query",
    ),
    get("payment_intents/{id}", shapes.PaymentIntentRetrieveParams, payment_intents.retrieve),
    post(
        "payment_intents/{id}",
        shapes.PaymentIntentUpdateParams,
        payment_intents.update,
        "amount customer description metadata payment_method receipt_email setup_future_usage"
        " transfer_group",
    ),
    post(
        "payment_intents/{id}/confirm",
        shapes.PaymentIntentConfirmParams,
        payment_intents.confirm,
        "off_session payment_method return_url setup_future_usage",
    ),
    post(
        "payment_intents/{id}/capture",
        shapes.PaymentIntentCaptureParams,
        payment_intents.capture,
        "amount_to_capture",
    ),
    post(
        "payment_intents/{id}/cancel",
        shapes.PaymentIntentCancelParams,
        payment_intents.cancel,
        "cancellation_reason",
    ),
    post("checkout/sessions", checkout_shapes.SessionCreateParams, checkout.create, _SESSION),
    get(
        "checkout/sessions",
        checkout_shapes.SessionListParams,
        checkout.list_all,
        f"{LIST} customer payment_intent status",
    ),
    get("checkout/sessions/{id}", checkout_shapes.SessionRetrieveParams, checkout.retrieve),
    post("checkout/sessions/{id}/expire", checkout_shapes.SessionExpireParams, checkout.expire),
)
