from django.urls import URLPattern, URLResolver

app_name = "payments_api"

urlpatterns: list[URLPattern | URLResolver] = []
