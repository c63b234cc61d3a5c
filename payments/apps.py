from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PaymentsConfig(AppConfig):
    name = "payments"
    verbose_name = _("Money")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Registers what payments adds to the apps below, once their models are loaded."""
        from payments import wiring  # noqa: PLC0415 - models exist only now

        wiring.connect()
