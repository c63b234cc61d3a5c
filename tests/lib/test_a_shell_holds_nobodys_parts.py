"""What is shared is rendered with nobody at hand; what is one person's, for each person."""

from pathlib import Path

import pytest
from django.template import Context, engines

from socialcommerce.lib import shells


@pytest.fixture
def template(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of a template that loaders find as "page.html"."""
    for loader in engines["django"].engine.template_loaders:
        for inner in getattr(loader, "loaders", [loader]):
            if hasattr(inner, "dirs"):
                monkeypatch.setattr(inner, "dirs", [tmp_path])
        if hasattr(loader, "reset"):
            loader.reset()
    return tmp_path / "page.html"


def test_each_gap_is_filled_for_each_person(template: Path) -> None:
    template.write_text(
        "{% load plaza %}<p>{{ all }}</p>{% personal %}{{ own }}{% endpersonal %}, "
        "{{ own }}{% personal %}{{ csrf_token }}{% endpersonal %}."
    )
    shell = shells.make("page.html", {"all": "shared"}, path="/", is_known=True)
    for own in ("alice", "<b>"):
        filled = shell.fill(Context({"own": own, "csrf_token": "t"}))
        escaped = own.replace("<", "&lt;").replace(">", "&gt;")
        assert filled.text().decode() == f"<p>shared</p>{escaped}, t."


@pytest.mark.parametrize("form", ["{% csrf_token %}", "{{ csrf_token }}"])
def test_a_forms_token_outside_of_a_gap_is_an_error(template: Path, form: str) -> None:
    template.write_text(form)
    with pytest.raises(RuntimeError, match="personal"):
        shells.make("page.html", {}, path="/", is_known=True)
