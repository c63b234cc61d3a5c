"""Static files with a hash in their names, the stylesheet in one piece.

The source is many small files that `plaza.css` imports; a browser would fetch them one after
another. Collecting inlines them, so that a page waits for one answer. No other build step.
WhiteNoise packs the files (the first load of the feed may weigh 100 KB in all) and sends them.
"""

import re
from collections.abc import Iterator
from typing import Any, Final
from wsgiref.headers import Headers

from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage, Storage
from whitenoise.storage import CompressedManifestStaticFilesStorage

STYLESHEET = "css/plaza.css"
_IMPORT = re.compile(r'@import url\("(?P<path>[^"]+)"\) layer\((?P<layer>[a-z]+)\);')
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_MODULE_IMPORT = (r"""(?P<matched>\bfrom "(?P<url>\./[^"]+)")""", 'from "%(url)s"')
_SPACE = re.compile(r"\s+")

Paths = dict[str, tuple[Storage, str]]


def _say_the_kind(headers: Headers, _path: str, _url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"


# How WhiteNoise sends what was collected: a name with the hash of its content never changes,
# anything else is asked for again in an hour; only pages of ours need them.
SERVED: Final[dict[str, Any]] = {
    "max_age": 3_600,
    "immutable_file_test": r"\.[0-9a-f]{12}\.",
    "allow_all_origins": False,
    "add_headers_function": _say_the_kind,
}


class PlazaStaticFilesStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """WhiteNoise's manifest storage; `plaza.css` is collected with its imports in it."""

    # In our own scripts an import names the hashed file too: else a module that a page links and
    # another imports would be two, and run twice. Django's own switch does it to every library's
    # scripts, where words in comments look like imports.
    patterns = (*CompressedManifestStaticFilesStorage.patterns, ("js/*.js", (_MODULE_IMPORT,)))

    def post_process(
        self,
        paths: Paths,
        dry_run: bool = False,  # noqa: FBT001, FBT002  Django gives it its place
        **options: Any,
    ) -> Iterator[Any]:
        if STYLESHEET in paths and not dry_run:
            whole = InMemoryStorage()
            whole.save(STYLESHEET, ContentFile(bundle(paths).encode()))
            paths = {**paths, STYLESHEET: (whole, STYLESHEET)}
        yield from super().post_process(paths, dry_run=dry_run, **options)


def bundle(paths: Paths) -> str:
    """The stylesheet with each import replaced by its file, in the layer the import names.

    Raises KeyError for an import of a file that is not there.
    """

    def inlined(match: re.Match[str]) -> str:
        content = _read(paths, f"css/{match['path']}")
        return f"@layer {match['layer']}{{{content}}}"

    return _SPACE.sub(" ", _IMPORT.sub(inlined, _read(paths, STYLESHEET)))


def _read(paths: Paths, name: str) -> str:
    storage, path = paths[name]
    with storage.open(path) as file:
        return _COMMENT.sub("", file.read().decode())
