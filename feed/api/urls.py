from django.urls import URLPattern, URLResolver

app_name = "feed_api"

urlpatterns: list[URLPattern | URLResolver] = []
