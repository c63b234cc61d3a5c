"""Pages that a crowd opens at once: what is the same for everybody is rendered once.

A template encloses what belongs to one person in `{% personal %} ... {% endpersonal %}`. Its
shell is the page around these gaps, made without any person at hand, so that it cannot hold
what is somebody's; for each request only the gaps are rendered. Anywhere else the tag does
nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django import template
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.template import Context, loader
from django.template.base import NodeList
from django.template.context import make_context
from django.utils.functional import SimpleLazyObject

from socialcommerce.lib import pieces

GAPS: Final = "gaps"
# No text out of PostgreSQL has a NUL, and none can be in an address (lib.readable).
MARK: Final = "\0"


class PersonalNode(template.Node):
    """What stands in a gap: kept for later where a shell is made, else rendered where it is."""

    def __init__(self, nodelist: NodeList) -> None:
        self.nodelist = nodelist

    def render(self, context: template.Context) -> str:
        gaps = context.get(GAPS)
        if gaps is None:
            return self.nodelist.render(context)
        gaps.append(self.nodelist)
        return MARK


@dataclass(frozen=True, slots=True)
class Shell:
    """The texts between the gaps, plain and packed: one more than there are gaps."""

    template: template.Template
    texts: tuple[bytes, ...]
    packed: tuple[bytes, ...]
    gaps: tuple[NodeList, ...]

    def fill(self, context: Context) -> "Filled":
        """The whole page. A gap sees `context`, not what tags outside it have set."""
        state = context.render_context.push_state(self.template)
        with state, context.bind_template(self.template):
            return Filled(self, [gap.render(context).encode() for gap in self.gaps])


@dataclass(frozen=True, slots=True)
class Filled:
    """A page for one person: its shell, and what stands in each gap."""

    shell: Shell
    own: Sequence[bytes]

    def text(self) -> bytes:
        return b"".join(_woven(self.shell.texts, self.own))

    def gzipped(self) -> bytes:
        own = [pieces.plain(text) for text in self.own]
        return pieces.whole(_woven(self.shell.packed, own), text=self.text())


class Somebody(AnonymousUser):
    """Stands for whoever is logged in while a shell is made: nobody in particular."""

    is_authenticated = True  # type: ignore[assignment]
    is_anonymous = False  # type: ignore[assignment]


def make(name: str, values: Mapping[str, Any], *, path: str, is_known: bool) -> Shell:
    """The shell of a template at `path`, for people who are logged in or for strangers.

    `values` must hold nothing that belongs to one person. Raises RuntimeError where a form's
    token stands outside of a gap.
    """
    request = HttpRequest()
    request.path = path
    request.user = Somebody() if is_known else AnonymousUser()
    # The engine's own template: the wrapper around it hides the context.
    whole: template.Template = loader.get_template(name).template  # type: ignore[attr-defined]
    gaps: list[NodeList] = []
    own = {GAPS: gaps, "csrf_token": SimpleLazyObject(_nobodys_token)}
    # Not RequestContext(request, values): there the processors' token would win over ours.
    text = whole.render(make_context({**values, **own}, request))
    texts = tuple(part.encode() for part in text.split(MARK))
    return Shell(whole, texts, tuple(map(pieces.packed, texts)), tuple(gaps))


def _nobodys_token() -> str:
    raise RuntimeError("A form's token belongs between personal and endpersonal.")


def _woven(texts: Sequence[bytes], own: Sequence[bytes]) -> Iterator[bytes]:
    yield texts[0]
    for filled, text in zip(own, texts[1:], strict=True):
        yield filled
        yield text
