"""One stylesheet: every file is in it, in one piece once collected, and within its weight."""

import gzip
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from pytest_django import Settings

from socialcommerce.static_files import Paths, PlazaStaticFilesStorage, bundle

CSS = Path(__file__).parents[2] / "static" / "css"
SOURCES = sorted(CSS.rglob("*.css"))
COMPONENTS = sorted((CSS / "components").glob("*.css"))
WIRE_BYTES_MAX = 16_000  # of the 100 KB that a first load of the feed may weigh


def test_every_file_is_imported_once_into_the_layer_of_its_folder() -> None:
    imports = re.findall(
        r'@import url\("([^"]+)"\) layer\((\w+)\);', (CSS / "plaza.css").read_text()
    )
    named = [path for path, _layer in imports]
    here = [str(path.relative_to(CSS)) for path in SOURCES if path.name != "plaza.css"]
    assert sorted(named) == sorted(here)
    assert {layer for path, layer in imports if path.startswith("components/")} == {"components"}


@pytest.mark.parametrize("path", COMPONENTS, ids=lambda path: path.name)
def test_components_state_no_colour_of_their_own(path: Path) -> None:
    assert re.findall(r"#[0-9a-f]{3,8}\b|\b(?:rgb|hsl|oklch|lab)a?\(", path.read_text()) == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_stylesheets_fetch_nothing(path: Path) -> None:
    text = path.read_text()
    assert "url(" not in (re.sub(r"@import[^;]+;", "", text) if path.name == "plaza.css" else text)


def collected() -> Paths:
    return {path: (storage, path) for finder in get_finders() for path, storage in finder.list([])}


def test_the_bundle_is_one_piece_within_its_weight() -> None:
    whole = bundle(collected())
    assert "@import" not in whole
    assert "/*" not in whole
    assert ".button--primary" in whole
    assert len(gzip.compress(whole.encode())) <= WIRE_BYTES_MAX


def test_an_import_of_a_missing_file_is_refused() -> None:
    paths = collected()
    del paths["css/reset.css"]
    with pytest.raises(KeyError, match="reset"):
        bundle(paths)


@pytest.fixture
def collected_into(settings: Settings, tmp_path: Path) -> Path:
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "socialcommerce.static_files.PlazaStaticFilesStorage"},
    }
    call_command("collectstatic", interactive=False, verbosity=0)
    return tmp_path


def stored_name(root: Path, name: str) -> str:
    return str(PlazaStaticFilesStorage(location=str(root)).stored_name(name))


def test_collecting_writes_the_bundle_under_a_hashed_name(collected_into: Path) -> None:
    name = stored_name(collected_into, "css/plaza.css")
    text = (collected_into / name).read_text()
    assert re.fullmatch(r"css/plaza\.[0-9a-f]{12}\.css", name)
    assert "@import" not in text
    assert "@layer tokens{" in text
    packed = (collected_into / f"{name}.gz").read_bytes()
    assert gzip.decompress(packed).decode() == text


def test_a_script_imports_the_same_file_that_pages_link(collected_into: Path) -> None:
    problems = (collected_into / stored_name(collected_into, "js/problems.js")).read_text()
    toasts = Path(stored_name(collected_into, "js/toasts.js")).name
    assert f'from "./{toasts}"' in problems
