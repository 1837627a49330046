"""Rows of products as xlsx, parquet and jsonl. Text stays text: nothing becomes a formula, a number or a link."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any, BinaryIO

from acme_desktop.core.foundation import json_lines
from acme_desktop.core.foundation.errors import EnvironmentProblem, InputProblem
from acme_desktop.core.foundation.files import temporary_folder

COLUMNS = ("sku", "name", "description", "active")

Row = tuple[str, str, str | None, bool]
Batches = Iterator[Sequence[Row]]
Write = Callable[[BinaryIO, Batches, int], int]
"""Takes a stream, the rows in batches and how many there will be; returns how many were written."""

XLSX_ROWS = 1_048_575
XLSX_CELL = 32_767
"""What a worksheet holds: rows below its header, and UTF-16 units in a cell."""

_UNWRITABLE = re.compile("_(?=x[0-9a-fA-F]{4}_)|[\x00-\x08\x0b-\x1f\ufffe\uffff]")


def write_jsonl(stream: BinaryIO, batches: Batches, total: int) -> int:
    """One JSON object a line, in UTF-8."""
    written = 0
    for rows in batches:
        lines = (json_lines.line(dict(zip(COLUMNS, row, strict=True))) + "\n" for row in rows)
        stream.write("".join(lines).encode())
        written += len(rows)
    return written


def write_parquet(stream: BinaryIO, batches: Batches, total: int) -> int:
    """Three columns of strings and one of booleans."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([(name, pa.bool_() if name == "active" else pa.string()) for name in COLUMNS])
    written = 0
    with pq.ParquetWriter(stream, schema) as writer:
        for rows in batches:
            columns = [
                pa.array(values, kind) for values, kind in zip(zip(*rows, strict=True), schema.types, strict=True)
            ]
            writer.write_batch(pa.record_batch(columns, schema=schema))
            written += len(rows)
    return written


def write_xlsx(stream: BinaryIO, batches: Batches, total: int) -> int:
    """One worksheet, with a frozen header and filters.

    Raises:
        InputProblem: more rows, or a longer text, than a worksheet holds.
        EnvironmentProblem: there is no room for temporary files.
        OSError: the stream takes no more.
    """
    if total > XLSX_ROWS:
        raise InputProblem(
            f"A worksheet holds {XLSX_ROWS:,} products, and there are {total:,}.",
            "Export to csv, parquet or jsonl, or export fewer products.",
        )
    import xlsxwriter
    from xlsxwriter.exceptions import FileCreateError

    outlet = _Outlet(stream)
    # The worksheet's rows are kept in a file until the workbook is put together.
    with temporary_folder("acme-workbook-") as folder:
        settings = {"constant_memory": True, "tmpdir": str(folder), "in_memory": False}
        workbook = xlsxwriter.Workbook(outlet, settings)
        sheet = workbook.add_worksheet("Products", worksheet_class=_plain_worksheet())
        try:
            written = _fill(workbook, sheet, batches)
            workbook.close()
        except (OSError, FileCreateError) as error:
            outlet.close()
            if outlet.failure is not None:
                raise outlet.failure from None
            cause = error.args[0] if isinstance(error, FileCreateError) else error
            raise EnvironmentProblem(
                f"The folder for temporary files, {tempfile.gettempdir()}, takes no more of the workbook.",
                "Free some space there, or export to csv, which needs none.",
                str(cause),
            ) from cause
        finally:
            with suppress(OSError):  # a full disk refuses what is left of the rows
                sheet._opt_close()
    return written


class _Outlet:
    """A stream for a zip archive, which takes it apart once the stream failed.

    A ZipFile that is left half-written goes on writing when it is collected, and complains on stderr where it cannot:
    a closed outlet only counts.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self.failure: OSError | None = None
        self._stream: BinaryIO | None = stream
        self._at = 0

    def close(self) -> None:
        """Leave the stream alone from now on."""
        self._stream = None

    def write(self, data: bytes) -> int:
        if self._stream is not None:
            try:
                self._stream.write(data)
            except OSError as error:
                self.failure = error
                raise
        self._at += len(data)
        return len(data)

    def seek(self, offset: int) -> int:
        if self._stream is not None:
            try:
                self._stream.seek(offset)
            except OSError as error:  # it writes what it had gathered
                self.failure = error
                raise
        self._at = offset
        return offset

    def tell(self) -> int:
        return self._at

    def flush(self) -> None:
        """Its buffer is written when it is closed."""


def _fill(workbook: Any, sheet: Any, batches: Batches) -> int:
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, 0, 20)
    sheet.set_column(1, 2, 40)
    sheet.ignore_errors({"number_stored_as_text": f"A1:C{XLSX_ROWS + 1}"})
    for column, title in enumerate(COLUMNS):
        sheet.write_string(0, column, title, workbook.add_format({"bold": True}))
    number = 0
    for rows in batches:
        for sku, name, description, active in rows:
            number += 1
            for column, text in enumerate((sku, name, description)):
                if text and sheet.write_string(number, column, text) != 0:
                    raise _too_long(sku, COLUMNS[column], text)
            sheet.write_boolean(number, 3, active)
    sheet.autofilter(0, 0, number, len(COLUMNS) - 1)
    return number


def _plain_worksheet() -> type:
    from xlsxwriter.worksheet import Worksheet

    class PlainWorksheet(Worksheet):  # type: ignore[misc]
        """Takes a text like ``<r>...</r>`` as it is, and not as XlsxWriter's own mark for formatted text."""

        def _xml_rich_inline_string(self, string: str, attributes: Any) -> None:
            self._xml_inline_string(string, True, attributes)

        @staticmethod
        def _escape_control_characters(data: object) -> str:
            """What XML does not take, and what looks like such an escape, also where two share an underscore."""
            return _UNWRITABLE.sub(lambda found: f"_x{ord(found[0]):04X}_", str(data))

    return PlainWorksheet


def _too_long(sku: str, field: str, text: str) -> InputProblem:
    return InputProblem(
        f"The {field} of {sku} has {len(text):,} characters; a cell of a worksheet holds {XLSX_CELL:,}.",
        "Export to csv, parquet or jsonl instead.",
    )
