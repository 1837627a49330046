"""Lines that are broken, and rows that can't be trusted because of what stands next to them.

After a broken quote reading goes on with the next physical line, in doubt: until a few rows in a row look like this
file's rows, a line must not only fit, it must look like one. A line of one cell, and a value that ends in a quote
which nothing opened, throw doubt on the row above them.
"""

from __future__ import annotations

from acme_desktop.core.importer.encoding import is_bad
from acme_desktop.core.importer.grammar import LINE_ENDS, Record, Violation, grammar
from acme_desktop.core.importer.ledger import MAX_RECORD, Ledger, NeedMore
from acme_desktop.core.importer.rows import Rejection, rejection

SURE_AFTER = 3


class Doubt(Ledger):
    """The part of a pass that deals with broken lines and their neighbours."""

    def _misfit(self, cells: list[str], start: int, end: int) -> None:
        layout, raw = self._layout, self._raw(start, end).rstrip(LINE_ENDS)
        other = self._cut_otherwise(start, end)
        known = len(cells) > 1 and self._names_a_sku(cells)
        if not self._doubt and not other and self._lacks_only_its_end(cells):
            self._begun |= known
            text = f"The line has {len(cells)} cells where the header has {layout.width}; it lacks the last delimiter."
            self._reject(start, end, "field_count", text, cells)
            return
        self._loose_end, self._loose_short = end, len(cells) < layout.width
        if self._quotes and '"' in raw:
            self._doubt = SURE_AFTER
        if len(cells) == 1 and not other:
            self._fragment_end = end
            holds_sku = layout.shape.holds_sku(cells[0]) or layout.shape.sku_alone(cells[0])
            if not holds_sku and self._extend_torn(start, end):
                return
            known |= self._take_back_above(start, end, holds_sku)
        self._begun |= known
        cut = "cell" if len(cells) == 1 else "cells"
        text = f"The line has {len(cells)} {cut} where the header has {layout.width}."
        self._reject(start, end, "field_count", f"{text} {self._cut_by(other)}" if other else text, cells)

    def _lacks_only_its_end(self, cells: list[str]) -> bool:
        """Whether a line is a row without the delimiter that ends every line of this file: nothing goes on below it."""
        layout = self._layout
        return layout.blank_last and len(cells) == layout.width - 1 and layout.shape.fits([*cells, ""])

    def _cut_by(self, other: str) -> str:
        return f"It is cut by {called(other)}, not by {called(self._layout.delimiter)}."

    def _cut_otherwise(self, start: int, end: int) -> str | None:
        """The delimiter by which some lines are a row of this file, though the file uses another."""
        fits = self._layout.shape.fits
        for char in self._others:
            if self._layout.literal_quotes:
                if fits(self._raw(start, end).rstrip(LINE_ENDS).split(char)):
                    return char
                continue
            parsed = grammar(char).parse(self._text, self._starts[start])
            if isinstance(parsed, Record) and parsed.end == self._starts[end] and fits(parsed.cells):
                return char
        return None

    def _names_a_sku(self, cells: list[str]) -> bool:
        """Whether a broken line seems to be the beginning of a row, since a SKU stands in it."""
        shape, index = self._layout.shape, min(self._layout.columns.sku, len(cells) - 1)
        return any(map(shape.sku_known, cells)) if shape.sku_builds else shape.sku_like(cells[index])

    def _take_back_above(self, start: int, end: int, holds_sku: bool) -> bool:
        """Reject the row right above a line of one cell where its last value may go on; a last line is a footer."""
        stray = self._lines[start - 1].endswith("\r") and "\n" in self._text
        footer = self._final and end == len(self._lines) and not stray
        if self._last_end != start or footer:
            return False
        columns, last = self._layout.columns, self._layout.width - 1
        sku_cut = last == columns.sku and not self._layout.shape.sku_known(self._rows.sku[-1])
        alone = self._layout.shape.sku_alone(self._cell_alone(start))
        active_cut = last == columns.active and self._rows.active[-1] is None and not alone
        text_cut = last in (columns.sku, columns.name, columns.description) and not holds_sku
        if not (sku_cut or active_cut or text_cut):
            return False
        self._take_back(start)
        return True

    def _doubtful(self, raw: str, cells: list[str], start: int, end: int) -> str:
        """Why a row that is good by itself can't be trusted where it stands, or ""."""
        if self._stray and raw.endswith("\r"):
            return "It ends in a carriage return by itself, so that its last value may go on in the next line."
        if (self._doubt or self._fragment_end == start) and self._may_begin_above(cells, start):
            return "Its first value may have begun in the line above."
        if (self._doubt or self._loose_end == start) and not self._sure_of(cells, start, end):
            return "It can't be told from the rest of the broken line before it."
        return ""

    def _may_begin_above(self, cells: list[str], start: int) -> bool:
        """Whether a row may be the rest of a record that begins above: its first value is text that was cut in two."""
        columns, shape = self._layout.columns, self._layout.shape
        if self._fragment_end == start:
            above = self._cell_alone(start - 1)
            odd_end = self._lines[start - 1].endswith("\r") and not self._lines[start].endswith("\r")
            if columns.sku == 0 and odd_end:
                return True
            if columns.sku == 0 and shape.sku_known(cells[0]):
                one_word = shape.sku_spaced or len(above.split()) == 1
                return above[:1] != "<" and one_word and not (shape.sku_exact and shape.holds_sku(above))
            if columns.sku == 0 and self._below_a_sku(cells, start):
                return False
            # A value over lines that broke may go on here with what passes for the cells before the SKU.
            return self._broken_since or columns.sku == 0 or (0 in (columns.name, columns.description, columns.active))
        if self._broken_end != start and not self._broken_since and self._known_row(cells):
            return False  # a line of several cells whose quotes are in order is no beginning of a value
        # A complete row with a broken quote right above can't go on in a row that begins with a quote of its own.
        sure = self._lines[start].startswith('"') and self._broken_end == start and not self._loose_short
        return self._loose_end == start and not sure and 0 in (columns.name, columns.description)

    def _below_a_sku(self, cells: list[str], start: int) -> bool:
        """Whether the line above is a SKU alone, and the row has a whole one of its own."""
        if self._fragment_end != start or self._broken_since:
            return False
        shape = self._layout.shape
        return shape.sku_alone(self._cell_alone(start - 1)) and shape.sku_alone(cells[self._layout.columns.sku])

    def _cell_alone(self, at: int) -> str:
        """The text of a line of one cell, without the quotes around it."""
        line = self._lines[at].strip()
        return line[1:-1] if len(line) > 1 and line[0] == line[-1] == '"' else line

    def _sure_of(self, cells: list[str], start: int, end: int) -> bool:
        """Whether a record near a broken one is a row: it looks like one, and so does its SKU or what follows."""
        shape = self._layout.shape
        if shape.quoted and not self._lines[start].startswith('"'):
            return False
        known, loose = shape.sku_known(cells[self._layout.columns.sku]), self._loose_end == start
        if known and not (loose and self._doubt):
            return True
        if not shape.fits(cells):
            return False
        if known or not self._doubt or self._below_a_sku(cells, start):
            return True
        if not shape.sku_builds and self._broken_end == start and not self._loose_short:
            # Too few rows to know SKUs by, and the broken line above is as long as a row: this is the next row.
            return True
        return not loose and self._run_of_rows(start, end)

    def _run_of_rows(self, start: int, end: int) -> bool:
        """Whether the next records look like rows too; at the end of the file, the one above will do."""
        at, rows = self._starts[end], 0
        while rows < SURE_AFTER - 1:
            parsed = self._layout.grammar.parse(self._text, at)
            cut_off = parsed.end == len(self._text) if isinstance(parsed, Record) else parsed.open_ended
            if cut_off and not self._final and len(self._text) - self._starts[start] < MAX_RECORD:
                raise NeedMore(start)
            if at == len(self._text):
                break
            if isinstance(parsed, Violation):
                return False
            if self._text[at : parsed.end].strip(LINE_ENDS):
                if not self._layout.shape.fits(parsed.cells):
                    return False
                rows += 1
            at = parsed.end
        return rows > 0 or self._last_end == start

    def _broken(self, at: int, violation: Violation) -> int:
        """Reject the physical line at which a record with a broken quote begins, and go on in doubt behind it."""
        line = self._lines[at]
        bare = line.rstrip(LINE_ENDS)
        cells = bare.split(self._layout.delimiter)
        short = len(cells) < self._layout.width
        other = self._cut_otherwise(at, at + 1)
        if other:
            self._reject(at, at + 1, "field_count", self._cut_by(other), [bare])
        else:
            self._broken_quote(at, violation, bare, cells)
        self._doubt = SURE_AFTER
        self._broken_since = True
        self._loose_end, self._loose_short, self._broken_end = at + 1, short, at + 1
        return at + 1

    def _broken_quote(self, at: int, violation: Violation, bare: str, cells: list[str]) -> None:
        """Reject a line with a broken quote, or count it to the broken record right above."""
        closing = violation.opened < 0 and self._closing(violation.at)
        if closing and not self._row_by_itself([cell.strip('"') for cell in cells]):
            self._lost_opening(at)
        if not (len(cells) < self._layout.width and self._extend_torn(at, at + 1)):
            self._begun |= len(cells) > 1 and self._names_a_sku([cell.strip('"') for cell in cells])
            self._torn = len(self._rejected)
            self._rejected.append(self._describe(at, violation, bare))

    def _describe(self, at: int, violation: Violation, bare: str) -> Rejection:
        line = self._first_line + at
        column = self._title(violation.column)
        if is_bad(bare):
            text = "Some bytes of the line are not in the file's encoding."
            return rejection(line, line, "bad_encoding", text, (bare,), column, bare)
        if violation.opened < 0:
            text = f"A quote stands in the value of “{column}”, which is not quoted."
            text += " If quotes are plain text in this file, say so."
            return rejection(line, line, "bad_quoting", text, (bare,), column, bare)
        opened = self._first_line + self._index(violation.opened)
        stop = self._first_line + self._index(max(0, violation.at - 1))
        if violation.open_ended or stop > opened:
            text = f"A quote opens a value of “{column}” in line {opened} and is never properly closed."
            return rejection(line, line, "unclosed_quote", text, (bare,), column, bare)
        text = f"There is text after the quote that closes the value of “{column}”."
        return rejection(line, line, "bad_quoting", text, (bare,), column, bare)

    def _lost_opening(self, at: int) -> None:
        """A value ends in a quote that nothing opened: the row just above may be its beginning, cut off.

        Rows above that don't look like rows may be parts of it too.
        """
        if self._begun or self._broken_since:
            return
        while self._rows.line and not self._take_back(at):
            pass

    def _row_by_itself(self, cells: list[str]) -> bool:
        shape = self._layout.shape
        return shape.fits(cells) and (not shape.sku_builds or shape.sku_known(cells[self._layout.columns.sku]))

    def _known_row(self, cells: list[str]) -> bool:
        shape = self._layout.shape
        return shape.fits(cells) and shape.sku_known(cells[self._layout.columns.sku])

    def _closing(self, at: int) -> bool:
        return self._text[at + 1 : at + 2] in ("", self._layout.delimiter, "\r", "\n")


def called(delimiter: str | None) -> str:
    """A delimiter for a sentence: "commas"."""
    return {"\t": "tabs", ",": "commas", ";": "semicolons", "|": "pipes"}.get(delimiter or "", f"“{delimiter}”")
