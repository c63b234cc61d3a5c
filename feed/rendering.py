"""A post's text as HTML: everything escaped, links only where an entity stands."""

from collections.abc import Mapping

from django.urls import reverse
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from feed.text import Entity, EntityKind, entities

SHOWN_URL_CHARACTERS = 40


def to_html(text: str, handles: Mapping[str, str]) -> SafeString:
    """`handles` maps upper-case handles that exist to how they are written; others are plain."""
    parts: list[str] = []
    position = 0
    for entity in entities(text):
        parts.append(_plain(text[position : entity.start]))
        parts.append(_link(entity, text[entity.start : entity.end], handles))
        position = entity.end
    parts.append(_plain(text[position:]))
    return mark_safe("".join(parts))  # noqa: S308  each part was escaped above


def _plain(text: str) -> str:
    return escape(text).replace("\n", "<br>")


def _link(entity: Entity, words: str, handles: Mapping[str, str]) -> str:
    if entity.kind == EntityKind.URL:
        return format_html(
            '<a href="{}" rel="nofollow ugc noopener" target="_blank">{}</a>',
            entity.value,
            _shown_url(words),
        )
    if entity.kind == EntityKind.TOPIC:
        return format_html('<a href="{}">{}</a>', reverse("feed:topic", args=[entity.value]), words)
    handle = handles.get(entity.value.upper())
    if handle is None:
        return escape(words)
    return format_html('<a href="{}">{}</a>', reverse("feed:profile", args=[handle]), words)


def _shown_url(url: str) -> str:
    """Without the scheme, cut at the end: where it leads is what counts."""
    bare = url.split("://", 1)[-1].removeprefix("www.")
    if len(bare) <= SHOWN_URL_CHARACTERS:
        return bare
    return bare[: SHOWN_URL_CHARACTERS - 1] + "…"
