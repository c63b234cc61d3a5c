from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ShopConfig(AppConfig):
    name = "shop"
    verbose_name = _("Shop")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Registers what shop adds to the apps below, once their models are loaded."""
        from shop import wiring  # noqa: PLC0415 - models exist only now

        wiring.connect()
