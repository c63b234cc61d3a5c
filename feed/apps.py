from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FeedConfig(AppConfig):
    name = "feed"
    verbose_name = _("Posts and topics")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Models can be imported only once every app is loaded.
        from feed import notices, reportables  # noqa: PLC0415
        from feed.moderated import POST  # noqa: PLC0415

        notices.register()
        reportables.register(POST)
