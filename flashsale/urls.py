from django.urls import URLPattern, URLResolver

app_name = "flashsale"

urlpatterns: list[URLPattern | URLResolver] = []
