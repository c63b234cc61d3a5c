"""Pages of payments."""

from django.urls import URLPattern, URLResolver, path

from payments.views import (
    cards,
    cash_outs,
    closing,
    gift_cards,
    leaving,
    links,
    payments,
    pins,
    wallet,
    webhooks,
)

app_name = "payments"

urlpatterns: list[URLPattern | URLResolver] = [
    path("wallet/", wallet.index, name="wallet"),
    path("wallet/statement/", wallet.statement, name="statement"),
    path("wallet/statement.csv", wallet.statement_csv, name="statement_csv"),
    path("wallet/top-up/", payments.top_up, name="top_up"),
    path("wallet/payments/<int:payment_id>/", payments.detail, name="payment"),
    path("wallet/payments/<int:payment_id>/return", payments.come_back, name="payment_return"),
    path("wallet/payments/<int:payment_id>/retry", payments.retry, name="payment_retry"),
    path("wallet/payments/<int:payment_id>/cancel", payments.cancel, name="payment_cancel"),
    path("wallet/cards/new/", cards.new, name="card_new"),
    path("wallet/cards/setups/", cards.begin_here, name="card_here"),
    path("wallet/cards/setups/<int:setup_id>/return", cards.come_back, name="card_return"),
    path("wallet/cards/setups/<int:setup_id>/cancelled", cards.cancelled, name="card_cancelled"),
    path("wallet/cards/<int:card_id>/", cards.detail, name="card"),
    path("wallet/cards/<int:card_id>/default", cards.make_default, name="card_default"),
    path("wallet/cards/<int:card_id>/unbind/", cards.unbind, name="card_unbind"),
    path("wallet/accounts/linked/<int:linked_id>/unlink/", links.unlink, name="unlink"),
    path("wallet/accounts/<slug:key>/", links.link, name="link"),
    path("wallet/accounts/<slug:key>/return", links.come_back, name="link_return"),
    path("wallet/cash-out/", cash_outs.new, name="cash_out_new"),
    path("wallet/cash-outs/<int:cash_out_id>/", cash_outs.detail, name="cash_out"),
    path("wallet/closing/", closing.edit, name="closing"),
    path("wallet/reopening/", closing.reopen, name="reopening"),
    path("wallet/limits/", closing.limits, name="limits"),
    path("wallet/pin/", pins.edit, name="pin"),
    path("wallet/pin/forgotten/", pins.forgotten, name="pin_forgotten"),
    path("wallet/pin/reset/<str:token>/", pins.reset, name="pin_reset"),
    path("wallet/gift-cards/new/", gift_cards.new, name="gift_card_new"),
    path("wallet/gift-cards/claim/", gift_cards.claim, name="gift_card_claim"),
    path("wallet/gift-cards/<int:card_id>/", gift_cards.detail, name="gift_card"),
    path("wallet/gift-cards/<int:card_id>/code", gift_cards.show_code, name="gift_card_code"),
    path("wallet/leave/<str:ticket>/", leaving.leave, name="leave"),
    path("payments/webhooks/stripe/", webhooks.stripe, name="stripe_webhook"),
]
