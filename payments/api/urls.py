"""Endpoints of payments, below /api/v1/."""

from django.urls import URLPattern, URLResolver, path

from payments.api import gift_cards, instruments, people, wallet

app_name = "payments_api"

urlpatterns: list[URLPattern | URLResolver] = [
    path("wallet", wallet.Wallet.as_view(), name="wallet"),
    path("wallet/balance", wallet.Balance.as_view(), name="balance"),
    path("wallet/statement", wallet.Statement.as_view(), name="statement"),
    path("wallet/top-ups", wallet.TopUps.as_view(), name="top_ups"),
    path("gift-cards", gift_cards.GiftCards.as_view(), name="gift_cards"),
    path("gift-cards/claims", gift_cards.GiftCardClaims.as_view(), name="gift_card_claims"),
    path("gift-cards/<int:card_id>", gift_cards.GiftCardDetail.as_view(), name="gift_card"),
    path("wallet/cash-outs", people.CashOuts.as_view(), name="cash_outs"),
    path("wallet/cash-outs/<int:cash_out_id>", people.CashOutDetail.as_view(), name="cash_out"),
    path("wallet/closing", people.Closing.as_view(), name="closing"),
    path("wallet/limits", people.Limits.as_view(), name="limits"),
    path("wallet/pin", people.Pin.as_view(), name="pin"),
    path("payments/<int:payment_id>", wallet.PaymentDetail.as_view(), name="payment"),
    path("instruments", instruments.Instruments.as_view(), name="instruments"),
    path("instruments/setup", instruments.InstrumentSetup.as_view(), name="instrument_setup"),
    path(
        "instruments/<int:instrument_id>",
        instruments.InstrumentDetail.as_view(),
        name="instrument",
    ),
    path("linked-accounts", instruments.LinkedAccounts.as_view(), name="linked_accounts"),
    path(
        "linked-accounts/<int:linked_id>",
        instruments.LinkedAccountDetail.as_view(),
        name="linked_account",
    ),
]
