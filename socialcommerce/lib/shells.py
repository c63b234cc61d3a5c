"""Pages that a crowd opens at once: what is the same for everybody is rendered once.

A template encloses what belongs to one person in `{% personal %} ... {% endpersonal %}`. Its
shell is the page around these gaps, made without any person at hand, so that it cannot hold
what is somebody's; for each request only the gaps are rendered. Anywhere else the tag does
nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Final

from django import template
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.template import loader
from django.template.base import NodeList

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
    """The texts between the gaps: one more than there are gaps."""

    template: template.Template
    texts: tuple[str, ...]
    gaps: tuple[NodeList, ...]

    def fill(self, request: HttpRequest, values: Mapping[str, Any]) -> str:
        """The whole page for this request. A gap sees `values` and what the context processors
        give, not what tags outside it have set.
        """
        context = template.RequestContext(request, dict(values))
        state = context.render_context.push_state(self.template)
        with state, context.bind_template(self.template):
            filled = [gap.render(context) for gap in self.gaps]
        pairs = zip_longest(self.texts, filled, fillvalue="")
        return "".join(part for pair in pairs for part in pair)


class Somebody(AnonymousUser):
    """Stands for whoever is logged in while a shell is made: nobody in particular."""

    is_authenticated = True  # type: ignore[assignment]
    is_anonymous = False  # type: ignore[assignment]


def make(name: str, values: Mapping[str, Any], *, path: str, is_known: bool) -> Shell:
    """The shell of a template at `path`, for people who are logged in or for strangers.

    `values` must hold nothing that belongs to one person.
    """
    request = HttpRequest()
    request.path = path
    request.user = Somebody() if is_known else AnonymousUser()
    # The engine's own template: the wrapper around it hides the context.
    whole: template.Template = loader.get_template(name).template  # type: ignore[attr-defined]
    gaps: list[NodeList] = []
    text = whole.render(template.RequestContext(request, {**values, GAPS: gaps}))
    return Shell(whole, tuple(text.split(MARK)), tuple(gaps))
