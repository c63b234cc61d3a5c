"""Pages of payments."""

from django.urls import URLPattern, URLResolver, path

from payments.views import cards, leaving, links, payments, wallet, webhooks

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
    path("wallet/leave/<str:ticket>/", leaving.leave, name="leave"),
    path("payments/webhooks/stripe/", webhooks.stripe, name="stripe_webhook"),
]
