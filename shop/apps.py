from django.apps import AppConfig


class ShopConfig(AppConfig):
    name = "shop"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Registers what shop adds to the apps below, once their models are loaded."""
        from shop import wiring  # noqa: PLC0415 - models exist only now

        wiring.connect()
