"""Words of the sale's pages."""

from django import template
from django.utils.translation import ngettext

register = template.Library()


@register.filter
def seconds_in_words(seconds: int) -> str:
    """A round time as people say it: "5 minutes", "90 seconds"."""
    minutes, rest = divmod(seconds, 60)
    if rest or not minutes:
        return ngettext("%(n)s second", "%(n)s seconds", seconds) % {"n": seconds}
    return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}
