"""Words of the sale's pages."""

from typing import Final

from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

register = template.Library()


@register.filter
def seconds_in_words(seconds: int) -> str:
    """A round time as people say it: "5 minutes", "90 seconds"."""
    minutes, rest = divmod(seconds, 60)
    if rest or not minutes:
        return ngettext("%(n)s second", "%(n)s seconds", seconds) % {"n": seconds}
    return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}


# The sale itself was the first.
WAVES: Final = {
    1: _("The second wave"),
    2: _("The third wave"),
    3: _("The fourth wave"),
    4: _("The fifth wave"),
    5: _("The sixth wave"),
}


@register.filter
def wave_name(number: int) -> Promise | str:
    """As people count them: the first announced wave is the second chance."""
    return WAVES.get(number, "")
