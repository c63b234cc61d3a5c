"""Files for spreadsheets: CSV, line by line, so that a long one never stands in memory."""

import csv
from collections.abc import Iterable, Iterator
from typing import Final

from django.http import HttpResponse, StreamingHttpResponse

# A spreadsheet takes a cell that begins so for a formula, and runs it.
# Source: OWASP, CSV Injection.
FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")


class _Line:
    """What csv.writer writes to: it hands each line back instead of keeping it."""

    def write(self, text: str) -> str:
        return text


def safe(cell: str) -> str:
    """The text as it is, but never taken for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell


def lines(rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """Each row as a line of CSV (RFC 4180). Cells that people wrote go through `safe` first;
    amounts do not, whose minus is no formula.
    """
    writer = csv.writer(_Line())
    for row in rows:
        yield writer.writerow(row)


def download(rows: Iterable[Iterable[str]], *, filename: str) -> HttpResponse:
    """The rows as a file that the browser saves; `filename` is ours, never a person's words."""
    response = StreamingHttpResponse(lines(rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response  # type: ignore[return-value]  # it is one as far as every caller goes
