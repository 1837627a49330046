"""A question about the catalogue: which products, in which order; compiled to SQL with bound values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from acme_desktop.core.database.segments import NAME_SORTED
from acme_desktop.core.foundation.errors import UsageProblem
from acme_desktop.core.products.matching import contains, has_trigram

if TYPE_CHECKING:
    from acme_desktop.core.products.product import Product


class Clause(NamedTuple):
    """A piece of SQL with ``%s`` for each of its values."""

    sql: str
    values: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Filter:
    """Which products; what is None or "" does not restrict.

    Attributes:
        sku, name, description: contained in that field, any letter case.
        search: contained in any of the three.
        created_from, created_to, updated_from, updated_to: both ends included; a bare date is that whole day in UTC,
            and a time without a zone is UTC.
        changed_in: touched last by that change set.
        ignore_accents: the texts are found whatever accents they have here or there: cafe, café and CAFÉ alike.
    """

    sku: str | None = None
    name: str | None = None
    description: str | None = None
    search: str | None = None
    active: bool | None = None
    created_from: date | datetime | None = None
    created_to: date | datetime | None = None
    updated_from: date | datetime | None = None
    updated_to: date | datetime | None = None
    changed_in: int | None = None
    ignore_accents: bool = False

    @property
    def empty(self) -> bool:
        """Whether every product matches."""
        return not _conditions(self)


def where(question: Filter, walked: Sort | None = None, *, indexed: bool = False) -> Clause:
    """The condition, ready to stand after WHERE; `indexed` as in `matching.contains`.

    With an order that is `walked` along its index, no other index is of use for it: that a test ``IS TRUE`` is not what
    an index is asked for, nor anything that the planner has statistics of. A comparison with the field that is walked
    tells where to begin and end.
    """
    conditions = _conditions(question, indexed=indexed)
    ends = tuple(f"{walked.field} {sign}" for sign in "<>=") if walked is not None else ("",)
    tests = [clause.sql if clause.sql.startswith(ends) else f"({clause.sql}) IS TRUE" for clause in conditions]
    return Clause(" AND ".join(tests) or "true", tuple(value for clause in conditions for value in clause.values))


def _conditions(question: Filter, *, indexed: bool = False) -> list[Clause]:
    conditions = [
        Clause(*contains(text, *fields, ignore_accents=question.ignore_accents, indexed=indexed))
        for text, fields in texts(question)
    ]
    return conditions + [Clause(f"{field} {sign} %s", (value,)) for field, sign, value in comparisons(question)]


def texts(question: Filter) -> list[tuple[str, tuple[str, ...]]]:
    """The texts that are asked for, each with the fields of which one has to contain it."""
    asked = (
        ((question.sku or "").strip(), ("sku",)),
        (question.name, ("name",)),
        (question.description, ("description",)),
        ((question.search or "").strip(), ("sku", "name", "description")),
    )
    return [(text, fields) for text, fields in asked if text]


def comparisons(question: Filter) -> list[tuple[str, str, Any]]:
    """What is asked of columns but for texts: each one's name, ``=``, ``<``, ``<=`` or ``>=``, and the value."""
    found: list[tuple[str, str, Any]] = []
    if question.active is not None:
        found.append(("active", "=", question.active))
    for field in ("created", "updated"):
        if (start := getattr(question, f"{field}_from")) is not None:
            found.append((f"{field}_at", ">=", _start(start)))
        end = getattr(question, f"{field}_to")
        if isinstance(end, datetime):
            found.append((f"{field}_at", "<=", _start(end)))
        elif end is not None and end != date.max:
            found.append((f"{field}_at", "<", _start(end + timedelta(days=1))))
    if question.changed_in is not None:
        found.append(("changed_in", "=", question.changed_in))
    return found


def _start(value: date | datetime) -> datetime:
    if not isinstance(value, datetime):
        value = datetime.combine(value, time.min)
    return value if value.tzinfo else value.replace(tzinfo=UTC)


class _Order(NamedTuple):
    """How a field sorts: its expression on a row, the same for a bound value, its least value, the kind of its index.

    The kinds are those of `catalogue_indexes`; "" is an index that every product is in, None is no index at all.
    """

    row: str
    value: str
    least: str
    kind: str | None = None


# Text sorts without regard to letter case; a missing description sorts as a blank one.
_ORDERS = {
    "sku": _Order("sku_key", "lower(%s::text)", "''", ""),
    "name": _Order(NAME_SORTED, "lower(left(%s::text, 200))", "''", "name"),
    "description": _Order("lower(coalesce(description, ''))", "lower(coalesce(%s::text, ''))", "''"),
    "active": _Order("active", "%s::boolean", "false", "active"),
    "created_at": _Order("created_at", "%s::timestamptz", "'-infinity'", "created"),
    "updated_at": _Order("updated_at", "%s::timestamptz", "'-infinity'", "updated"),
    "id": _Order("id", "%s::bigint", "'-9223372036854775808'", ""),
}

SORT_FIELDS = tuple(_ORDERS)
"""What products can be sorted by."""

SLOW_SORT_FIELDS = tuple(field for field, order in _ORDERS.items() if order.kind is None)
"""Those without an index: sorting by them looks at every product that matches."""

_UNIQUE = {"sku", "id"}

Place = tuple[Any, ...]
"""Where a product stands in an order: its value of each key, then its id; see `Sort.place`."""


@dataclass(frozen=True)
class Sort:
    """In which order: by a field and, among products that are equal there, by `then`; at last by id.

    So the order is total, and pages never overlap. ``Sort("name", then=Sort("created_at", descending=True))``.
    """

    field: str = "sku"
    descending: bool = False
    then: Sort | None = None

    def __post_init__(self) -> None:
        if self.field not in _ORDERS:
            raise UsageProblem(
                f"Products cannot be sorted by {self.field!r}.", f"Choose one of {', '.join(SORT_FIELDS)}."
            )

    @classmethod
    def of(cls, *keys: Sort) -> Sort:
        """One order of several: by the first of them, then by the second, and so on; by SKU without any."""
        order: Sort | None = None
        for key in reversed(keys):
            order = cls(key.field, key.descending, order)
        return order or cls()

    @classmethod
    def parse(cls, text: str) -> Sort:
        """``FIELD``, ``FIELD:asc`` or ``FIELD:desc``; several with a comma between them.

        Raises:
            UsageProblem: no such field or direction.
        """
        return cls.of(*(cls._parse_key(key.strip()) for key in text.split(",")))

    @classmethod
    def _parse_key(cls, text: str) -> Sort:
        field, _, direction = text.partition(":")
        if direction not in ("", "asc", "desc"):
            raise UsageProblem(f"There is no sort direction {direction!r}.", "Choose asc or desc.")
        return cls(field, direction == "desc")

    @property
    def keys(self) -> tuple[Sort, ...]:
        """The fields that it sorts by, each as a sort of its own, first the one that counts first.

        Those that can make no difference are left out: a field for the second time, and all behind the SKU or id.
        """
        found: dict[str, Sort] = {}
        key: Sort | None = self
        while key is not None:
            found.setdefault(key.field, Sort(key.field, key.descending))
            key = None if key.field in _UNIQUE else key.then
        return tuple(found.values())

    @property
    def rest(self) -> Sort:
        """The order of products that are equal in the first field."""
        first, *others = self.keys
        return Sort.of(*others) if others else Sort("id", first.descending)

    @property
    def slow(self) -> bool:
        """Whether no index has this order: the first products then come as late as all of them."""
        return self.field in SLOW_SORT_FIELDS

    def place(self, product: Product) -> Place:
        """Where a product stands in this order."""
        return tuple(getattr(product, column) for column in place_columns(self))


def sorting_index(sort: Sort) -> str | None:
    """The kind of index that has products in the order of the first key; "" is one that every product is in."""
    return _ORDERS[sort.field].kind


def place_columns(sort: Sort) -> tuple[str, ...]:
    """The columns that a `Place` is made of."""
    return tuple(dict.fromkeys((*(key.field for key in sort.keys), "id")))


def sorting_columns(sort: Sort) -> str:
    """The columns that the order and the places in it are made of."""
    columns = [*place_columns(sort), *(["sku_key"] if "sku" in place_columns(sort) else [])]
    return ", ".join(dict.fromkeys(columns))


def finding_index(question: Filter, *, ascii_only: bool = False) -> str | None:
    """The kind of index that finds what matches; "" is one that every product is in.

    `ascii_only` is the `Coverage`'s.
    """
    if any(
        has_trigram(text, ignore_accents=question.ignore_accents, ascii_only=ascii_only) for text, _ in texts(question)
    ):
        return "folded" if question.ignore_accents else "search"
    if question.changed_in is not None:
        return ""
    if question.created_from or question.created_to:
        return "created"
    if question.updated_from or question.updated_to:
        return "updated"
    return None if question.active is None else "active"


class _Term(NamedTuple):
    """One expression that an order compares, on a row and for a bound value."""

    field: _Order
    descending: bool

    @property
    def row(self) -> str:
        return self.field.row

    @property
    def value(self) -> str:
        return self.field.value

    def order(self, row: str) -> str:
        """As it stands in ORDER BY."""
        return f"{row} {'DESC' if self.descending else 'ASC'}"


def _terms(sort: Sort, *, reverse: bool) -> list[_Term]:
    terms = [_Term(_ORDERS[key.field], key.descending != reverse) for key in sort.keys]
    if sort.keys[-1].field not in _UNIQUE:
        # In the direction of the last key, so that one index has the order of one field in both directions.
        terms.append(_Term(_ORDERS["id"], sort.keys[-1].descending != reverse))
    return terms


def order_by(sort: Sort, *, reverse: bool = False, sorted_afresh: bool = False) -> str:
    """What stands after ORDER BY; `reverse` reads the same order from its end.

    What is to be `sorted_afresh` is sorted by the same values in words that no index knows: none is below the least.
    """
    terms = _terms(sort, reverse=reverse)
    afresh = (f"greatest({term.row}, {term.field.least})" if sorted_afresh else term.row for term in terms)
    return ", ".join(term.order(row) for term, row in zip(terms, afresh, strict=True))


def beyond(sort: Sort, place: Place, *, reverse: bool = False) -> Clause:
    """The rows after that place in the order, or those before it."""
    terms = _terms(sort, reverse=reverse)
    if len({term.descending for term in terms}) == 1:
        rows, values = (", ".join(parts) for parts in zip(*((term.row, term.value) for term in terms), strict=True))
        sign = "<" if terms[0].descending else ">"
        return Clause(
            f"({rows}) {sign} ({values})" if len(terms) > 1 else f"{rows} {sign} {values}", place[: len(terms)]
        )
    return _mixed(terms, place)


def beyond_first(sort: Sort, value: Any, *, reverse: bool = False) -> Clause:
    """The rows behind all that have this value of the first field, or those before all of them."""
    order = _ORDERS[sort.field]
    return Clause(f"{order.row} {'<' if sort.descending != reverse else '>'} {order.value}", (value,))


def equal(sort: Sort, value: Any) -> Clause:
    """The rows that the first field sorts as it does this value."""
    order = _ORDERS[sort.field]
    return Clause(f"{order.row} = {order.value}", (value,))


def _mixed(terms: list[_Term], place: Place) -> Clause:
    """The rows after a place where some terms rise and others fall; no comparison of rows can say that."""
    first, sign = terms[0], "<" if terms[0].descending else ">"
    if len(terms) == 1:
        return Clause(f"{first.row} {sign} {first.value}", place[:1])
    rest = _mixed(terms[1:], place[1:])
    # The comparison in front is what an index can be asked for.
    sql = f"({first.row} {sign}= {first.value} AND ({first.row} {sign} {first.value} OR {rest.sql}))"
    return Clause(sql, (place[0], place[0], *rest.values))
