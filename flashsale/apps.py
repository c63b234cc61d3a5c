from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FlashsaleConfig(AppConfig):
    name = "flashsale"
    verbose_name = _("Flash sales")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from flashsale import wiring  # noqa: PLC0415 - models exist only now

        wiring.connect()
