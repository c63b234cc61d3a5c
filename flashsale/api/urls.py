from django.urls import URLPattern, URLResolver

app_name = "flashsale_api"

urlpatterns: list[URLPattern | URLResolver] = []
