from django.urls import URLPattern, URLResolver, path

from flashsale.views import hot, line_up, pages

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
    path("sales/<int:sale_id>/claim/", pages.claim, name="claim"),
    path("sales/<int:sale_id>/claim/pay/", pages.pay, name="pay"),
    path("sales/<int:sale_id>/waiting/", pages.wait, name="wait"),
    path("sales/<int:sale_id>/waiting/leave/", pages.stop_waiting, name="stop_waiting"),
]
