from django.urls import URLPattern, URLResolver

app_name = "shop_api"

urlpatterns: list[URLPattern | URLResolver] = []
