"""The OpenAPI document is written without a guess: each component has one name and one shape."""

from pathlib import Path

from django.core.management import call_command


def test_it_is_generated_without_warnings_and_valid(tmp_path: Path) -> None:
    document = tmp_path / "openapi.yaml"
    call_command("spectacular", file=str(document), fail_on_warn=True, validate=True)
    assert "ProductOutput" in document.read_text()
