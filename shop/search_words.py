"""Words for full-text search: spaces for most scripts, character pairs for Chinese and Japanese.

PostgreSQL's parser takes a run of Han or kana for one word, so that a search for part of it
finds nothing. Both sides, the stored text and the query, therefore go through `split`.
"""

import re
import unicodedata
from typing import Final

CJK_RUN: Final = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]+")
WORD: Final = re.compile(r"\w+")
WORDS_MAX: Final = 2_000  # a tsvector has a limit of its own (1 MB); this stays far below


def split(text: str) -> list[str]:
    """The search words of a text, in order, compatibility forms and case folded."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    spaced = CJK_RUN.sub(lambda run: f" {' '.join(_pairs(run.group()))} ", folded)
    return WORD.findall(spaced)[:WORDS_MAX]


def _pairs(run: str) -> list[str]:
    """A single character stands for itself as well, so that a query of one finds it."""
    return [*(run[i : i + 2] for i in range(len(run) - 1)), *run]
