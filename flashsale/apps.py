from django.apps import AppConfig


class FlashsaleConfig(AppConfig):
    name = "flashsale"
    default_auto_field = "django.db.models.BigAutoField"
