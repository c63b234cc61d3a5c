from django.urls import URLPattern, URLResolver, path

from flashsale.api import draws, sales

app_name = "flashsale_api"

urlpatterns: list[URLPattern | URLResolver] = [
    path("sales", sales.Sales.as_view(), name="sales"),
    path("sales/<int:sale_id>", sales.SaleDetail.as_view(), name="sale"),
    path("sales/<int:sale_id>/reservation", sales.OwnReservation.as_view(), name="reservation"),
    path("sales/<int:sale_id>/pass", draws.OwnPass.as_view(), name="pass"),
    path("sales/<int:sale_id>/receipt", draws.OwnReceipt.as_view(), name="receipt"),
    path("sales/<int:sale_id>/standing", sales.OwnStanding.as_view(), name="standing"),
    path("sales/<int:sale_id>/claim", sales.OwnClaim.as_view(), name="claim"),
    path("sales/<int:sale_id>/claim/pay", sales.ClaimPayment.as_view(), name="claim_pay"),
]
