"""What is known of a file before its rows are read: enough for the mapping dialog."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from acme_desktop.core.foundation import spreadsheet_marks, words
from acme_desktop.core.foundation.errors import InputProblem
from acme_desktop.core.importer import fill_down, mapping
from acme_desktop.core.importer.aliases import WEAK, key
from acme_desktop.core.importer.options import ImportOptions
from acme_desktop.core.importer.rows import ACTIVE_WORDS, Columns

SAMPLE_ROWS = 50
_RUINED_LIMIT = 3
_SKU_SHOWN = 40


@dataclass(frozen=True)
class Profile:
    """A file as it is about to be read.

    Attributes:
        path: as the person named it.
        kind: "csv", "jsonl", "xlsx" or "parquet".
        encoding: codec name of a text, else None.
        delimiter: one character of a delimited text, else None.
        header_line: physical line (sheet row) of the header; 0 where there is none.
        header: its cells, "#1", "#2", ... where there is none.
        mapping: field -> the header of its column.
        sample: cells of the first rows, at most fifty.
        warnings: sentences a person should read before importing.
        sheets: names of a workbook's sheets.
        offer: what another column could do for the file; its sentences are among the warnings.
    """

    path: str
    kind: str
    encoding: str | None
    delimiter: str | None
    header_line: int
    header: tuple[str, ...]
    mapping: Mapping[str, str]
    sample: tuple[tuple[str, ...], ...]
    warnings: tuple[str, ...] = ()
    sheets: tuple[str, ...] = ()
    offer: fill_down.Offer | None = None


class MappingNeeded(InputProblem):
    """No column holds a required field: a person has to say which one does.

    Attributes:
        profile: the file as far as it is known, for the mapping dialog.
        fields: the required fields that are missing.
    """

    def __init__(self, profile: Profile, fields: Sequence[str]) -> None:
        what = " and no ".join(fields)
        them = "them" if len(fields) > 1 else "it"
        choices = " ".join(f"--map {field}=HEADER" for field in fields)
        super().__init__(
            f"The file has no {what} column that we know.",
            f"Its columns are: {mapping.listed(profile.header)}. Name {them} with {choices}; "
            "a column may be named by its position, as #1, which also works where the file has no header.",
        )
        self.profile = profile
        self.fields = tuple(fields)


def settle(draft: Profile, options: ImportOptions) -> tuple[Profile, Columns]:
    """Choose the columns of a profile whose header and sample are known.

    Raises:
        MappingNeeded: sku or name has no column.
        InputProblem: a chosen header is not there, or two columns claim one field.
    """
    columns = mapping.choose(draft.header, options.mapping)
    warnings = list(draft.warnings)
    weak = "active" in columns and "active" not in options.mapping and key(draft.header[columns["active"]]) in WEAK
    if weak and not _says_active(draft, columns["active"]):
        title = draft.header[columns.pop("active")].strip()
        warnings.append(f"The column “{title}” is left out: its values don't say whether a product is active.")
    profile = replace(draft, mapping={field: _title(draft.header, index) for field, index in columns.items()})
    missing = mapping.missing_fields(columns)
    if missing:
        raise MappingNeeded(profile, missing)
    ruined = [
        row[columns["sku"]] for row in draft.sample if len(row) > columns["sku"] and is_ruined(row[columns["sku"]])
    ]
    if ruined:
        shown = ", ".join(words.shortened(sku, _SKU_SHOWN) for sku in ruined[:_RUINED_LIMIT])
        warnings.append(f"Some SKUs look as if a spreadsheet had rounded them ({shown}). They are taken as they stand.")
    offer = fill_down.offer(draft.header, columns, draft.sample, options.fill_down)
    if offer is not None:
        warnings.append(offer.warning)
    settled = Columns(
        draft.header,
        columns["sku"],
        columns["name"],
        columns.get("description"),
        columns.get("active"),
        keep_blank=options.blank == "keep",
        fill=fill_down.pairs(draft.header, columns, options.fill_down),
        marked=_marks(draft.header, columns),
    )
    return replace(profile, warnings=tuple(warnings), offer=offer), settled


def is_ruined(sku: str) -> bool:
    """Whether a SKU looks like "1.2E+12", a long number that a spreadsheet rounded."""
    mantissa, sign, exponent = sku.strip().upper().partition("E+")
    return (
        bool(sign)
        and exponent.isdigit()
        and len(mantissa) > 1
        and mantissa.replace(",", ".").replace(".", "", 1).isdigit()
    )


def _says_active(draft: Profile, column: int) -> bool:
    """Whether at least half of a column's words in the sample are words for active or not."""
    words = [row[column].strip().lower() for row in draft.sample if len(row) > column and row[column].strip()]
    return 2 * sum(word in ACTIVE_WORDS for word in words) >= len(words)


def _marks(header: Sequence[str], columns: Mapping[str, int]) -> int | None:
    """The column that an export safe for spreadsheets adds, where the file has it and no field comes from it."""
    found = [index for index, cell in enumerate(header) if cell.strip() == spreadsheet_marks.COLUMN]
    return found[0] if len(found) == 1 and found[0] not in columns.values() else None


def _title(header: Sequence[str], index: int) -> str:
    return header[index].strip() or f"#{index + 1}"
