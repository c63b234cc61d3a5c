from django.urls import URLPattern, URLResolver, path

from flashsale.views import draws, hot, line_up, pages, proof

app_name = "flashsale"

urlpatterns: list[URLPattern | URLResolver] = [
    path("sales/", pages.index, name="sales"),
    path("sales/line-up/", line_up.page, name="line_up"),
    path("sales/line-up.ics", line_up.calendar, name="line_up_calendar"),
    path("sales/<int:sale_id>/", pages.sale, name="sale"),
    path("sales/<int:sale_id>/panel/", pages.panel, name="panel"),
    path("sales/<int:sale_id>/state", hot.state, name="state"),
    path("sales/<int:sale_id>/reservation/", pages.reservation, name="reservation"),
    path("sales/<int:sale_id>/reservation/withdraw/", pages.withdraw, name="withdraw"),
    path("sales/<int:sale_id>/reminder/", line_up.remind, name="reminder"),
    path("sales/<int:sale_id>/reminder/forget/", line_up.forget, name="forget_reminder"),
    path("sales/turns/", draws.own_turns, name="turns"),
    path("sales/verify_sale.py", proof.script, name="proof_script"),
    path("sales/<int:sale_id>/pass/", draws.take_pass, name="pass"),
    path("sales/<int:sale_id>/secrets/", draws.parties, name="parties"),
    path("sales/<int:sale_id>/record.jsonl", proof.record, name="record"),
    path("sales/<int:sale_id>/receipt.json", proof.receipt, name="receipt"),
    path("sales/<int:sale_id>/units/", proof.units, name="units"),
    path("sales/<int:sale_id>/claim/", pages.claim, name="claim"),
    path("sales/<int:sale_id>/claim/pay/", pages.pay, name="pay"),
    path("sales/<int:sale_id>/waiting/", pages.wait, name="wait"),
    path("sales/<int:sale_id>/waiting/leave/", pages.stop_waiting, name="stop_waiting"),
]
