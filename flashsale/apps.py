from django.apps import AppConfig


class FlashsaleConfig(AppConfig):
    name = "flashsale"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from flashsale import wiring  # noqa: PLC0415 - models exist only now

        wiring.connect()
