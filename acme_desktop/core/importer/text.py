"""Delimited text: what it is, and its rows."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO

from acme_desktop.core.foundation.errors import InputProblem
from acme_desktop.core.importer import dialect, encoding, exact, fast, proposals
from acme_desktop.core.importer.batches import Chunk, Taken, batch_of, chunks_of
from acme_desktop.core.importer.grammar import LINE_ENDS, Violation, grammar, physical_lines
from acme_desktop.core.importer.layout import Layout
from acme_desktop.core.importer.ledger import MAX_RECORD, State
from acme_desktop.core.importer.options import ImportOptions
from acme_desktop.core.importer.profile import SAMPLE_ROWS, Profile, settle
from acme_desktop.core.importer.shape import learn
from acme_desktop.core.importer.source import Part, position

# Large enough for the fast path; the exact path decodes and splits a block without letting other threads run.
BLOCK = 2 << 20
_SAMPLE = 256 << 10
_LEARNT_ROWS = 400
_UNSURE_ROWS = 3
_MISFITS_THROUGHOUT = 100
_STRAY = 0.03


@dataclass(frozen=True)
class TextTable:
    """A delimited text that is ready to be read.

    Attributes:
        part: where its bytes come from.
        profile: what is known of it.
        encoding: its encoding.
        layout: how its rows are cut and checked.
        skip: bytes of UTF-8 before the first row, without the byte order mark.
        first_line: physical line of the first row.
    """

    part: Part
    profile: Profile
    encoding: encoding.Encoding
    layout: Layout
    skip: int
    first_line: int

    def chunks(self, *, only_exact: bool = False, block: int = BLOCK) -> Generator[Chunk, None, int]:
        """The rows, a block of some MiB at a time; returns the number of physical lines.

        Args:
            only_exact: never take the fast path.
            block: bytes to read at a time.
        """
        line, state, text = self.first_line, State(), b""
        with self.part.open() as stream:
            for more, final in _with_last(_blocks(stream, self.encoding, block, self.skip)):
                text += more
                cut = len(text) if final else _line_end(text)
                if not cut:
                    continue
                taken = None if only_exact else fast.read(text[:cut], line, self.layout, state, final=final)
                if taken is None:
                    taken = self._exactly(text[:cut], line, state, final)
                line, state, text = line + taken.lines, taken.state, text[taken.consumed :]
                yield from chunks_of(taken.batch, taken.rejected, position(stream))
        return line - 1

    def _exactly(self, text: bytes, line: int, state: State, final: bool) -> Taken:
        outcome = exact.read(encoding.decode(text), line, self.layout, state, final=final)
        rest = len(outcome.rest.encode("utf-8", "surrogateescape"))
        return Taken(batch_of(outcome.rows), outcome.rejected, len(text) - rest, outcome.lines, outcome.state)


def inspect(part: Part, path: str, options: ImportOptions) -> TextTable:
    """Find out all that is needed to read a delimited text.

    Raises:
        InputProblem: the text is refused as a whole.
    """
    delimiter = dialect.parse_delimiter(options.delimiter)
    decided = encoding.decide(part.open, options.encoding)
    text, whole = _sample(part, decided)
    found = dialect.find(text, delimiter, options.mapping, literal_quotes=options.literal_quotes)
    if any(map(encoding.is_bad, found.header)):
        with part.open() as stream:
            raise encoding.EncodingNeeded(proposals.candidates(stream.read(_SAMPLE)))
    header = tuple(cell.replace("\ufeff", "") for cell in found.header)
    sampled = _rows(text[found.start :], found.delimiter, len(header), options.literal_quotes)
    sample = tuple(tuple(map(encoding.readable, row)) for row in sampled.rows[:SAMPLE_ROWS])
    draft = Profile(path, "csv", decided.name, found.delimiter, found.header_line, header, {}, sample)
    if decided.bad_lines:
        told = f"Lines that are not UTF-8, to be rejected unless an encoding is chosen: {decided.bad_lines}."
        draft = replace(draft, warnings=(told,))
    profile, columns = settle(draft, options)
    _refuse_misfits(len(header), sampled, whole)
    layout = Layout(
        found.delimiter,
        columns,
        # A row whose name is filled down looks like a row too.
        learn(replace(columns, keep_blank=True) if columns.fill else columns, sampled.rows, quoted=sampled.quoted),
        options.literal_quotes,
        blank_last=not header[-1].strip() and not any(row[-1].strip() for row in sampled.rows),
        header_line=found.header_line,
        stray_returns=_few_returns(text) and not text[: found.start].endswith("\r"),
    )
    skip = len(text[: found.start].encode("utf-8", "surrogateescape"))
    return TextTable(part, profile, decided, layout, skip, found.first_line)


def _few_returns(text: str) -> bool:
    """Whether a CR by itself ends a line so rarely that it is no line end of this file but stands in a value."""
    alone = text.count("\r") - text.count("\r\n") - text.count("\r\r\n")
    return alone <= text.count("\n") * _STRAY


def _sample(part: Part, decided: encoding.Encoding) -> tuple[str, bool]:
    """The beginning of a text, cut at a line end, and whether it is the whole text."""
    with part.open() as stream:
        head = b"".join(itertools.islice(_blocks(stream, decided, _SAMPLE, 0), 2))
    if len(head) < _SAMPLE:
        return encoding.decode(head), True
    return encoding.decode(head[: _line_end(head) or len(head)]), False


@dataclass(frozen=True)
class _Sampled:
    """The first records of a text.

    Attributes:
        rows: cells of those that keep to the grammar and have the header's width.
        misfits: how many others have which width.
        doubtful: how many more of the header's width stand next to a misfit or a broken quote.
        broken: lines with a broken quote.
        quoted: rows begin with a quote as a rule, whether they need it or not.
    """

    rows: list[tuple[str, ...]]
    misfits: Counter[int]
    doubtful: int
    broken: int
    quoted: bool


def _rows(text: str, delimiter: str, width: int, literal: bool) -> _Sampled:
    rows: list[tuple[str, ...]] = []
    begin_quoted: list[bool] = []
    misfits: Counter[int] = Counter()
    rules, at, seen, doubt = grammar(delimiter), 0, 0, 0
    doubtful = broken = 0
    ends = itertools.accumulate(map(len, physical_lines(text)))
    while at < len(text) and seen < _LEARNT_ROWS:
        line_end = next(end for end in ends if end > at)
        line = text[at:line_end]
        parsed = None if literal else rules.parse(text, at)
        if isinstance(parsed, Violation):
            # What follows a broken quote may be the rest of a value.
            at, broken, doubt = line_end, broken + 1, _UNSURE_ROWS
            continue
        cells = parsed.cells if parsed else line.rstrip(LINE_ENDS).split(delimiter)
        at = parsed.end if parsed else line_end
        if not line.strip():
            continue
        seen += 1
        if len(cells) != width:
            misfits[len(cells)] += 1
            doubt = _UNSURE_ROWS if doubt else 1
        elif doubt:
            doubt -= 1
            doubtful += 1
        else:
            rows.append(tuple(cells))
            begin_quoted.append(line.startswith('"'))
    needless = sum(
        quoted and row[0] == row[0].strip() and not set(delimiter + '"\r\n') & set(row[0])
        for row, quoted in zip(rows, begin_quoted, strict=True)
    )
    quoted = 5 * sum(begin_quoted) >= 3 * len(rows) and 2 * needless > sum(begin_quoted)
    if quoted:
        rows = [row for row, begins in zip(rows, begin_quoted, strict=True) if begins]
    return _Sampled(rows, misfits, doubtful, broken, quoted)


def _refuse_misfits(width: int, sampled: _Sampled, whole: bool) -> None:
    """Refuse a text none of whose rows has the header's width, where two or more agree on another.

    What stands next to a broken quote may be no row, so there it takes one more; a beginning says less than a whole.
    """
    misfits, count = sampled.misfits, sum(sampled.misfits.values())
    enough = _MISFITS_THROUGHOUT if not whole else (3 if sampled.broken else 2)
    if sampled.rows or sampled.doubtful or len(misfits) != 1 or count < enough:
        return
    other = next(iter(misfits))
    raise InputProblem(
        f"The header has {width} columns and the rows have {other}.",
        "Check whether the header lacks a column, or whether the rows use another delimiter.",
    )


def _blocks(stream: BinaryIO, decided: encoding.Encoding, size: int, skip: int) -> Iterator[bytes]:
    """The text as UTF-8, without its byte order mark and its first `skip` bytes."""
    stream.read(decided.mark)
    for block in encoding.utf8_blocks(stream, decided, size):
        if skip < len(block):
            yield block[skip:] if skip else block
        skip = max(0, skip - len(block))


def _with_last(blocks: Iterator[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Each block, and whether it is the last; at least one."""
    before = next(blocks, b"")
    for block in blocks:
        yield before, False
        before = block
    yield before, True


def _line_end(text: bytes) -> int:
    """Where the last line end that is surely whole ends, or 0; refuses a text without line ends."""
    end = text.rfind(b"\n") + 1 or text.rfind(b"\r", 0, max(0, len(text) - 2)) + 1
    if not end and len(text) > 4 * MAX_RECORD:
        raise InputProblem("A line of the file is longer than 32 MB.", "This does not look like a table of products.")
    return end
