"""Segments of the catalogue: which products an index covers, and what its name tells of that.

A *segment* is the products whose last change lies up to a bound (``changed_in <= 40``), or between two. A question
is put to the segments, through their indexes, and to the *tail* behind the last one. Why, and how they come about:
see `catalogue_indexes`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from psycopg import Connection

NAME_SORTED = "lower(left(name, 200))"
"""What products are sorted by name by: a whole name may be too long for an index."""


def accented(text: str) -> str:
    """Whether a text, given as SQL, holds more than ASCII."""
    return f"octet_length({text}) <> length({text})"


def folded(text: str) -> str:
    """A text, given as SQL, without accents and in lower case; of ASCII just the latter.

    It is what `whole_fold` is, and skips what the text has no need of: half of the time, or nearly all of it for ASCII.
    """
    lower = f"lower({text})"
    return (
        f"CASE WHEN NOT ({accented(lower)}) THEN {lower} WHEN {lower} ~ '[ßæœłøđħŧıǽǣǿ]' THEN {whole_fold(text)} "
        f"ELSE {_without_marks(text)} END"
    )


def whole_fold(text: str) -> str:
    """The same in one go; the text stands in it once."""
    plain = _without_marks(text)
    for letter, letters in (("ß", "ss"), ("æ", "ae"), ("œ", "oe")):
        plain = f"replace({plain}, '{letter}', '{letters}')"
    return f"translate({plain}, 'łøđħŧı', 'lodhti')"


def _without_marks(text: str) -> str:
    return f"regexp_replace(normalize(lower({text}), NFD), '[\u0300-\u036f]+', '', 'g')"


_TEXTS = ("sku_key", "name", "description")


def _trigrams(*texts: str) -> str:
    # Nothing but an update by another program is ever added, so there is no point in a list of pending entries.
    return f"USING gin ({', '.join(f'{text} gin_trgm_ops' for text in texts)}) WITH (fastupdate = off)"


METHODS = {
    "name": f"({NAME_SORTED}, id)",
    "created": "(created_at, id)",
    "updated": "(updated_at, id)",
    "active": "(active)",
    "search": _trigrams(*_TEXTS),
    "folded": _trigrams(*(f"({folded(text)})" for text in _TEXTS)),
}
"""How each kind of index is made."""
KINDS = tuple(METHODS)
"""The indexes of a segment, in the order in which they are made."""
OF_TRIGRAMS = {"search", "folded"}
"""Those that need the trigram extension."""
ONLY = {"folded": " OR ".join(accented(text) for text in _TEXTS)}
"""What else holds for the products of an index, where it is not for all of its segment."""


ZONE_MAPS = "product_zones"
"""What the names of zone maps begin with."""


class Bound(NamedTuple):
    """Up to where a segment reaches: by the last change set or, for products that have none, by their id."""

    change_set: int
    product: int

    @property
    def within(self) -> str:
        """The products up to the bound."""
        return f"(changed_in <= {self.change_set} OR (changed_in IS NULL AND id <= {self.product}))"

    @property
    def beyond(self) -> tuple[str, str]:
        """The others, in two parts of which each has its index."""
        return f"changed_in > {self.change_set}", f"(changed_in IS NULL AND id > {self.product})"


@dataclass(frozen=True)
class Segment:
    """The products after one bound and up to another; without a lower bound from the first one on."""

    lower: Bound | None
    upper: Bound

    @property
    def condition(self) -> str:
        """The products of the segment, word for word as its indexes have it."""
        if self.lower is None:
            return self.upper.within
        return f"({' OR '.join(self.lower.beyond)}) AND {self.upper.within}"

    def index(self, kind: str) -> str:
        """The name of one of its indexes, which tells its bounds."""
        return "_".join(["products", kind, *(str(part) for part in (*(self.lower or (0, 0)), *self.upper))])


@dataclass(frozen=True)
class Index:
    """One index as the server has it; `valid` once it is finished."""

    name: str
    kind: str
    segment: Segment
    valid: bool


@dataclass(frozen=True)
class ZoneMap:
    """The map of the first segment in one order; see `zones`.

    Attributes:
        kind: the order, one of `zones.ORDERED`.
        products: PostgreSQL's own number (OID) of the table that it was made from.
        upper: the end of the segment.
    """

    kind: str
    products: int
    upper: Bound

    @property
    def index(self) -> str:
        """The kind of index whose segments it follows: every product is in that of SKUs."""
        return "name" if self.kind == "sku" else self.kind

    @property
    def table(self) -> str:
        """The name of the table that is the map, which tells all of this."""
        return "_".join([ZONE_MAPS, self.kind, *(str(part) for part in (self.products, *self.upper))])


@dataclass(frozen=True)
class Coverage:
    """Which indexes and zone maps there are, as of one look at the server's catalogue.

    Attributes:
        indexes: also those that are unfinished.
        zone_maps: that may be read, also those of earlier segments and of a table that is no more.
        products: the table's own number (OID).
        ascii_only: the server makes trigrams of ASCII letters alone, as it does where its character type is C; an index
            for search then finds nothing by a word in another alphabet.
    """

    indexes: tuple[Index, ...] = ()
    ascii_only: bool = False
    zone_maps: frozenset[ZoneMap] = frozenset()
    products: int = 0

    def segments(self, kind: str) -> tuple[Segment, ...]:
        """The segments that this kind of index covers without a gap from the first product on."""
        found: list[Segment] = []
        usable = [index.segment for index in self.indexes if index.kind == kind and index.valid]
        bound: Bound | None = None
        while following := [segment for segment in usable if segment.lower == bound]:
            found.append(max(following, key=lambda segment: segment.upper))
            bound = found[-1].upper
        return tuple(found)

    def zone_map(self, kind: str) -> ZoneMap | None:
        """The map that there should be of the first segment in one order; None where there is no segment."""
        segments = self.segments(ZoneMap(kind, 0, Bound(0, 0)).index)
        return ZoneMap(kind, self.products, segments[0].upper) if segments else None

    def parts(self, kind: str | None) -> tuple[str, ...]:
        """Conditions that divide all products so that each part has its index; one that holds always without any."""
        segments = self.segments(kind) if kind else ()
        if not segments:
            return ("true",)
        return (*(segment.condition for segment in segments), *segments[-1].upper.beyond)


_FOUND = rf"""
SELECT d.datctype IN ('C', 'POSIX'), 'products'::regclass::oid::bigint, found.relname, found.valid
FROM pg_database AS d LEFT JOIN (
    SELECT c.relname, i.indisvalid AS valid
    FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
    WHERE i.indrelid = 'products'::regclass AND c.relname ~ '^products_[a-z]+_\d+_\d+_\d+_\d+$'
    UNION ALL
    SELECT relname, has_table_privilege(oid, 'SELECT') FROM pg_class
    WHERE relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = 'products'::regclass)
        AND relkind = 'r' AND relname ~ '^{ZONE_MAPS}_[a-z]+_\d+_\d+_\d+$'
) AS found ON true
WHERE d.datname = current_database()
"""


def coverage(connection: Connection[Any]) -> Coverage:
    """Which segments are indexed and mapped; one small question, so that nobody has to remember the answer."""
    rows = connection.execute(_FOUND).fetchall()
    ascii_only, products = rows[0][:2]
    found = [(name.split("_"), valid) for *_, name, valid in rows if name is not None]
    return Coverage(
        tuple(_index(parts, valid) for parts, valid in found if parts[0] == "products"),
        ascii_only,
        frozenset(_zone_map(parts) for parts, valid in found if parts[0] == "product" and valid),
        products,
    )


def _index(parts: list[str], valid: bool) -> Index:
    _, kind, *numbers = parts
    first, second, third, fourth = (int(number) for number in numbers)
    lower = Bound(first, second) if first or second else None
    return Index("_".join(parts), kind, Segment(lower, Bound(third, fourth)), valid)


def _zone_map(parts: list[str]) -> ZoneMap:
    _, _, kind, *numbers = parts
    products, change_set, product = (int(number) for number in numbers)
    return ZoneMap(kind, products, Bound(change_set, product))
