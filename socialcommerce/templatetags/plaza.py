"""Filters and tags of the look: money, moments, icons of messages, the places of the frame."""

from datetime import datetime, timedelta
from typing import Any

from django import template
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from socialcommerce import navigation
from socialcommerce.lib import clock, shells
from socialcommerce.lib.money import Money, format_money

register = template.Library()

_MINUTE, _HOUR, _DAY, _WEEK = 60, 3_600, 86_400, 604_800
_ICONS = {
    "success": "circle-check",
    "warning": "triangle-alert",
    "error": "circle-alert",
    "danger": "circle-alert",
    "live": "zap",
}


@register.filter
def money(amount: int | Money, currency: str = "") -> str:
    """`{{ amount_minor|money:currency }}` or `{{ money_value|money }}`: "$12.50"."""
    value = amount if isinstance(amount, Money) else Money(amount, currency)
    return format_money(value)


@register.filter
def ago(moment: datetime) -> str:
    """How long ago in a word ("now", "5 min", "3 h", "2 d"), after a week the day.

    What is still to come has no such word: it is said in full.
    """
    seconds = int((clock.now() - moment).total_seconds())
    if seconds <= -_MINUTE:
        return formats.date_format(timezone.localtime(moment), "DATETIME_FORMAT")
    if seconds < _MINUTE:
        return _("now")
    if seconds < _HOUR:
        return _("%(count)d min") % {"count": seconds // _MINUTE}
    if seconds < _DAY:
        return _("%(count)d h") % {"count": seconds // _HOUR}
    if seconds < _WEEK:
        return _("%(count)d d") % {"count": seconds // _DAY}
    return _day(moment)


def _day(moment: datetime) -> str:
    """The day; with its year only where that is not this one."""
    local = timezone.localtime(moment)
    this_year = local.year == timezone.localtime(clock.now()).year
    return formats.date_format(local, "MONTH_DAY_FORMAT" if this_year else "DATE_FORMAT")


@register.simple_tag
def moment(value: datetime, style: str = "ago") -> SafeString:
    """A `<time>` that machines read: style "ago", "full" (day and time), "day" or "time"."""
    local = timezone.localtime(value)
    full = formats.date_format(local, "DATETIME_FORMAT")
    words = {
        "ago": ago(value),
        "day": _day(value),
        "full": full,
        "time": formats.date_format(local, "TIME_FORMAT"),
    }[style]
    return format_html('<time datetime="{}" title="{}">{}</time>', value.isoformat(), full, words)


@register.simple_tag
def period(start: datetime, end: datetime) -> SafeString:
    """From when to when, the day said once where both are on it."""
    first, last = timezone.localtime(start), timezone.localtime(end)
    until = "" if first.date() == last.date() else f"{_day(end)}, "
    return format_html(
        _('<time datetime="{}">{}, {}</time> to <time datetime="{}">{}{}</time>'),
        start.isoformat(), _day(start), formats.date_format(first, "TIME_FORMAT"),
        end.isoformat(), until, formats.date_format(last, "TIME_FORMAT"),
    )  # fmt: skip


@register.filter
def clock_digits(length: timedelta | int) -> str:
    """A stretch of time as a clock shows it: "1d 2:04:09", "4:09"; never below zero."""
    seconds = max(0, int(length.total_seconds() if isinstance(length, timedelta) else length))
    days, rest = divmod(seconds, _DAY)
    hours, rest = divmod(rest, _HOUR)
    minutes, seconds = divmod(rest, _MINUTE)
    if not days and not hours:
        return f"{minutes}:{seconds:02}"
    digits = f"{hours}:{minutes:02}:{seconds:02}"
    return f"{days}d {digits}" if days else digits


@register.filter
def compact(number: int) -> str:
    """A count as short as it may be: 950, 1.2K, 3.4M (rounded down, never up)."""
    for size, sign in ((1_000_000, _("M")), (1_000, _("K"))):
        if number >= size:
            tenths = number * 10 // size
            digits = f"{tenths // 10}" if tenths % 10 == 0 or tenths >= 1_000 else f"{tenths / 10}"
            return digits + sign
    return str(number)


@register.filter
def message_icon(level: str) -> str:
    """The icon that says without colour what kind of message it is."""
    return _ICONS.get(level, "info")


@register.simple_tag
def people(count: int) -> str:
    """A number of people in words, such as "1,300,000 people"; digits grouped by the language."""
    digits = formats.number_format(count, force_grouping=True)
    return ngettext("%(count)s person", "%(count)s people", count) % {"count": digits}


@register.tag
def personal(parser: template.base.Parser, _token: template.base.Token) -> shells.PersonalNode:
    """`{% personal %} ... {% endpersonal %}`: what belongs to one person (lib.shells)."""
    nodelist = parser.parse(("endpersonal",))
    parser.delete_first_token()
    return shells.PersonalNode(nodelist)


@register.inclusion_tag("components/_rail.html", takes_context=True)
def rail(context: template.RequestContext) -> dict[str, Any]:
    return _frame_context(context, phone=False)


@register.inclusion_tag("components/_bottombar.html", takes_context=True)
def bottombar(context: template.RequestContext) -> dict[str, Any]:
    return _frame_context(context, phone=True)


@register.simple_tag(takes_context=True)
def writes_here(context: template.RequestContext) -> bool:
    """Whether the page is one on which the phone floats the button that writes a post."""
    request = context.get("request")
    return (
        request is not None and request.user.is_authenticated and navigation.is_talk(request.path)
    )


def _frame_context(context: template.RequestContext, *, phone: bool) -> dict[str, Any]:
    request = context.get("request")
    links = list(navigation.places(request, phone=phone)) if request else []
    named = {name: context.get(name) for name in ("request", "user", "site_name", shells.GAPS)}
    return {**named, "places": links}
