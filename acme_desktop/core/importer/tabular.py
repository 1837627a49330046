"""Workbooks and Parquet files: what they are, and their rows as text.

A SKU stays what it is: text as it stands, a whole number without a decimal point. What a spreadsheet rounded before
it was saved can't be had back, so it is told.
"""

from __future__ import annotations

import datetime
import itertools
import sys
from collections import deque
from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from acme_desktop.core.foundation.errors import InputProblem, UsageProblem
from acme_desktop.core.foundation.words import shortened
from acme_desktop.core.importer import mapping, records, worksheet
from acme_desktop.core.importer.batches import CHUNK_ROWS, Chunk
from acme_desktop.core.importer.dialect import HEADER_WITHIN
from acme_desktop.core.importer.options import ImportOptions
from acme_desktop.core.importer.profile import SAMPLE_ROWS, Profile, is_ruined, settle
from acme_desktop.core.importer.records import Record
from acme_desktop.core.importer.rows import Columns
from acme_desktop.core.importer.source import Part

# Up to here a float holds every whole number.
_EXACT = float(1 << 53)


def as_text(value: Any) -> str:
    """A cell as text: nothing as "", whole numbers without a decimal point, true and false, dates as ISO 8601.

    No number has an exponent but one too large for a float; bytes that are not UTF-8 become what `is_bad` finds.
    """
    if isinstance(value, str):
        return value
    if value is None or value != value:  # not a number
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    if isinstance(value, float) and abs(value) < _EXACT:
        text = str(int(value)) if value.is_integer() else repr(value)
        return format(Decimal(text), "f") if "e" in text else text
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime.datetime) and value.time() == datetime.time() and value.tzinfo is None:
        return value.date().isoformat()
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return str(value)


@dataclass(frozen=True)
class Workbook:
    """A sheet that is ready to be read."""

    part: Part
    profile: Profile
    columns: Columns
    sheet: Any

    def chunks(self) -> Generator[Chunk, None, int]:
        """The rows; returns the number of the sheet's rows."""
        width = len(self.profile.header)
        last = 0

        def found() -> Iterator[tuple[Record, int]]:
            nonlocal last
            for last, cells, faults in _cells(self.part, self.sheet):
                if last > self.profile.header_line and any(map(str.strip, cells)):
                    position = self.part.size * last // max(last, self.sheet.height)
                    beyond = next((cell for cell in cells[width:] if cell.strip()), None)
                    if beyond is not None:
                        told = f"“{shortened(beyond, 60)}” stands to the right of the header's last column."
                        yield Record(last, cells, told, "field_count"), position
                    else:
                        # Blank cells are not stored: a short row can't be told from one that ends blank.
                        yield Record(last, (cells + [""] * width)[:width], faults=faults), position

        yield from records.chunks(found(), self.columns, self.profile.header_line)
        return last


def inspect_workbook(part: Part, path: str, options: ImportOptions) -> Workbook:
    """Find out what a sheet holds.

    Raises:
        UsageProblem: there is no such sheet.
        InputProblem: the workbook is damaged, or the sheet is refused as a whole.
    """
    from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

    try:
        with part.open() as stream:
            workbook = CalamineWorkbook.from_filelike(stream)
        names = tuple(workbook.sheet_names)
        if options.sheet and options.sheet not in names:
            raise UsageProblem(f"There is no sheet “{options.sheet}”.", f"The sheets are: {', '.join(names)}.")
        # What a person sees first when they open the workbook; a hidden sheet is read where it is asked for.
        seen = (sheet.name for sheet in workbook.sheets_metadata if sheet.visible == SheetVisibleEnum.Visible)
        sheet = workbook.get_sheet_by_name(options.sheet or next(seen, names[0]))
    except CalamineError as error:
        raise InputProblem(
            f"{part.name} can't be read as an Excel workbook.", "Open it and save it again as .xlsx.", str(error)
        ) from error
    top = [(row, cells) for row, cells, _ in itertools.islice(_cells(part, sheet), HEADER_WITHIN) if any(cells)]
    if not top:
        raise InputProblem("The sheet is empty.", f"Choose another with --sheet; the sheets are: {', '.join(names)}.")
    at, header = next(((row, cells) for row, cells in top if mapping.names_both(cells, options.mapping)), top[0])
    header = header[: max((index for index, title in enumerate(header, 1) if title.strip()), default=0)]
    if at == top[0][0] and mapping.by_position(options.mapping) and not mapping.names_both(header, options.mapping):
        at, header = 0, [f"#{index}" for index in range(1, len(header) + 1)]
    below = (cells[: len(header)] for row, cells, _ in _cells(part, sheet) if row > at and any(cells))
    sample = tuple(map(tuple, itertools.islice(below, SAMPLE_ROWS)))
    draft = Profile(path, "xlsx", None, None, at, tuple(header), {}, sample, sheets=names)
    profile, columns = settle(draft, options)
    return Workbook(part, _with_ruined(profile, columns, part, sheet), columns, sheet)


def _cells(part: Part, sheet: Any) -> Iterator[tuple[int, list[str], dict[int, str] | None]]:
    """Sheet row, from 1, its cells as text, and which of them have no value and why, where some have none."""
    with part.open() as stream:
        stretches = worksheet.cells(stream, sheet.name)
        left = sheet.start[1] if sheet.start else 0  # columns that nothing stands in are not handed on
        known, special = 0, deque[worksheet.Cell]()
        for row, values in enumerate(sheet.iter_rows(), 1):
            cells = [as_text(value) for value in values]
            faults: dict[int, str] | None = None
            while known < row:
                known, found = next(stretches, (sys.maxsize, []))
                special += found
            while special and special[0].row <= row:
                cell = special.popleft()
                index = cell.column - left
                if cell.row == row and index >= 0:
                    cells += [""] * (index + 1 - len(cells))
                    cells[index] = cell.text
                    if cell.broken:
                        faults = {**(faults or {}), index: cell.broken}
            yield row, cells, faults


def _with_ruined(profile: Profile, columns: Columns, part: Part, sheet: Any) -> Profile:
    if any("rounded" in warning for warning in profile.warnings):
        return profile
    rounded = (is_ruined(as_text(values[columns.sku])) for values in sheet.iter_rows() if len(values) > columns.sku)
    if not any(rounded):
        return profile
    # Some of them may have all their digits in the file.
    skus = (cells[columns.sku] for row, cells, _ in _cells(part, sheet) if row > profile.header_line)
    ruined = list(itertools.islice((sku for sku in skus if is_ruined(sku)), 3))
    if not ruined:
        return profile
    told = f"Some SKUs look as if a spreadsheet had rounded them ({', '.join(ruined)}). They are taken as they stand."
    return replace(profile, warnings=(*profile.warnings, told))


@dataclass(frozen=True)
class ParquetTable:
    """A Parquet file that is ready to be read."""

    part: Part
    profile: Profile
    columns: Columns

    def chunks(self) -> Generator[Chunk, None, int]:
        """The rows, in batches; returns the number of the last row, the header counting as the first."""
        import pyarrow.parquet as pq

        with self.part.open() as stream:
            file = pq.ParquetFile(stream)
            total = max(1, file.metadata.num_rows)
            last = 1

            def found() -> Iterator[tuple[Record, int]]:
                nonlocal last
                for batch in file.iter_batches(batch_size=CHUNK_ROWS // 5):
                    for cells in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                        last += 1
                        yield Record(last, [as_text(cell) for cell in cells]), self.part.size * (last - 1) // total

            yield from records.chunks(found(), self.columns, 0)
        return last


def inspect_parquet(part: Part, path: str, options: ImportOptions) -> ParquetTable:
    """Find out what a Parquet file holds; a row's line is its number plus one, as if the header were line 1.

    Raises:
        InputProblem: it is damaged, or refused as a whole.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with part.open() as stream:
            file = pq.ParquetFile(stream)
            header = tuple(file.schema_arrow.names)
            first = next(file.iter_batches(batch_size=SAMPLE_ROWS), None)
    except (pa.ArrowException, OSError) as error:
        raise InputProblem(f"{part.name} can't be read as a Parquet file.", "Get it once more.", str(error)) from error
    rows = zip(*(column.to_pylist() for column in first.columns), strict=True) if first is not None else ()
    sample = tuple(tuple(as_text(cell) for cell in cells) for cells in rows)
    profile, columns = settle(Profile(path, "parquet", None, None, 1, header, {}, sample), options)
    for index in (columns.sku, columns.name, columns.description, columns.active):
        if index is not None and 0 <= index < len(header) and pa.types.is_nested(file.schema_arrow.field(index).type):
            raise InputProblem(
                f"The column “{header[index]}” holds lists or records.", "Make it text, or map another column."
            )
    return ParquetTable(part, profile, columns)
