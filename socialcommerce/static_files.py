"""Static files with a hash in their names, the stylesheet in one piece.

The source is many small files that `plaza.css` imports; a browser would fetch them one after
another. Collecting inlines them, so that a page waits for one answer, and packs what the
static door sends. No other build step.
"""

import gzip
import re
from collections.abc import Iterator
from typing import Any

from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage, Storage

STYLESHEET = "css/plaza.css"
_IMPORT = re.compile(r'@import url\("(?P<path>[^"]+)"\) layer\((?P<layer>[a-z]+)\);')
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_MODULE_IMPORT = (r"""(?P<matched>\bfrom "(?P<url>\./[^"]+)")""", 'from "%(url)s"')
_PACKED = (".css", ".js", ".svg")  # pictures are packed already
_SPACE = re.compile(r"\s+")

Paths = dict[str, tuple[Storage, str]]


class PlazaStaticFilesStorage(ManifestStaticFilesStorage):
    """Django's manifest storage; `plaza.css` is collected with its imports in it."""

    # In our own scripts an import names the hashed file too: else a module that a page links and
    # another imports would be two, and run twice. Django's own switch does it to every library's
    # scripts, where words in comments look like imports.
    patterns = (*ManifestStaticFilesStorage.patterns, ("js/*.js", (_MODULE_IMPORT,)))

    def post_process(
        self,
        paths: Paths,
        dry_run: bool = False,  # noqa: FBT001, FBT002  Django gives it its place
        **options: Any,
    ) -> Iterator[tuple[str, str, bool] | tuple[str, None, RuntimeError]]:
        if STYLESHEET in paths and not dry_run:
            whole = InMemoryStorage()
            whole.save(STYLESHEET, ContentFile(bundle(paths).encode()))
            paths = {**paths, STYLESHEET: (whole, STYLESHEET)}
        for name, stored, processed in super().post_process(paths, dry_run, **options):
            if isinstance(stored, str) and stored.endswith(_PACKED):
                self._pack(stored)
            yield name, stored, processed  # type: ignore[misc]  # the two shapes of Django's

    def _pack(self, name: str) -> None:
        """A `.gz` stands beside the file, for StaticDoor; the same bytes give the same file."""
        content = gzip.compress(self._read_stored(name), mtime=0)
        packed = f"{name}.gz"
        self.delete(packed)
        self.save(packed, ContentFile(content))

    def _read_stored(self, name: str) -> bytes:
        with self.open(name) as file:
            content: bytes = file.read()
            return content


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
