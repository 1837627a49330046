"""The tables, as SQLAlchemy describes them; `migrations` creates them, step by step.

One schema from a laptop to a cluster: sequence defaults and no identity columns, no trigger on products and
no foreign key to it, no generated column or expression index there, because none of these can be distributed.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Double,
    ForeignKey,
    Index,
    MetaData,
    PrimaryKeyConstraint,
    Sequence,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSON, JSONB

# Names follow PostgreSQL's own habit.
metadata = MetaData(
    naming_convention={
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ck": "%(table_name)s_%(constraint_name)s_check",
        "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
        "pk": "%(table_name)s_pkey",
    }
)


def _key() -> Column[str]:
    """The product's identity: its SKU in lower case, folded by the database alone, in C collation for speed."""
    return Column("sku_key", Text(collation="C"), nullable=False)


def _moment(name: str, *, default: bool = True) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=not default, server_default=func.now() if default else None)


Sequence("products_id_seq", data_type=BigInteger, metadata=metadata)

# Other programs may write here: sku, sku_key and name are enough.
products = Table(
    "products",
    metadata,
    Column("id", BigInteger, server_default=text("nextval('products_id_seq')"), nullable=False),
    Column("sku", Text, nullable=False),
    _key(),
    Column("name", Text, nullable=False),
    Column("description", Text),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    _moment("created_at"),
    _moment("updated_at"),
    Column("created_in", BigInteger, comment="the change set that created the product"),
    Column("changed_in", BigInteger, comment="the change set that touched it last"),
    PrimaryKeyConstraint("id"),
    UniqueConstraint("sku_key"),
    CheckConstraint("sku_key = lower(sku)", name="sku_key"),
)

# Every mutation of the catalogue, written in the transaction of the rows that it changes.
change_sets = Table(
    "change_sets",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("client", Text, nullable=False),
    _moment("created_at"),
    Column("created", BigInteger, nullable=False, server_default=text("0")),
    Column("updated", BigInteger, nullable=False, server_default=text("0")),
    Column("deleted", BigInteger, nullable=False, server_default=text("0")),
    Column("undoes", BigInteger, ForeignKey("change_sets.id")),
    Column("summary", Text, nullable=False, server_default=text("''")),
)

# Before-images: what a product was before a change set changed or deleted it. A created product has none.
product_versions = Table(
    "product_versions",
    metadata,
    Column("change_set_id", BigInteger, nullable=False),
    _key(),
    Column("product_id", BigInteger, nullable=False),
    Column("operation", Text, nullable=False),
    Column("sku", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("description", Text),
    Column("active", Boolean, nullable=False),
    _moment("created_at"),
    _moment("updated_at"),
    Column("created_in", BigInteger),
    Column("changed_in", BigInteger),
    PrimaryKeyConstraint("change_set_id", "sku_key"),
    CheckConstraint("operation IN ('update', 'delete')", name="operation"),
    Index(None, "product_id", "change_set_id"),
)

# One run of one file: its settings and its receipt.
imports = Table(
    "imports",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("change_set_id", BigInteger, ForeignKey("change_sets.id"), index=True),
    Column("file", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("options", JSONB, nullable=False),
    Column("profile", JSONB, nullable=False, server_default=text("'{}'")),
    Column("read", BigInteger, nullable=False, server_default=text("0")),
    Column("created", BigInteger, nullable=False, server_default=text("0")),
    Column("updated", BigInteger, nullable=False, server_default=text("0")),
    Column("unchanged", BigInteger, nullable=False, server_default=text("0")),
    Column("superseded", BigInteger, nullable=False, server_default=text("0")),
    Column("rejected", BigInteger, nullable=False, server_default=text("0")),
    Column("skipped", BigInteger, nullable=False, server_default=text("0")),
    Column("rejects_file", Text),
    Column("error", Text),
    Column("actor", Text, nullable=False),
    Column("client", Text, nullable=False),
    _moment("started_at"),
    _moment("finished_at", default=False),
    Column("seconds", Double),
    CheckConstraint("status IN ('reading', 'completed', 'failed', 'cancelled')", name="status"),
)

# Rows that were not imported, with the source's own cells so that they can be mended.
import_rejects = Table(
    "import_rejects",
    metadata,
    Column("import_id", BigInteger, ForeignKey("imports.id", ondelete="CASCADE"), nullable=False),
    Column("ordinal", BigInteger, nullable=False, comment="its place among the file's rejects"),
    Column("line", BigInteger, nullable=False),
    Column("end_line", BigInteger, nullable=False),
    Column("field", Text, comment="the column at fault, as the file's header names it"),
    Column("reason", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("value", Text, nullable=False, server_default=text("''")),
    # json and not jsonb: a cell may hold a NUL, which jsonb refuses
    Column("cells", JSON, nullable=False),
    PrimaryKeyConstraint("import_id", "ordinal"),
)

# Rows that a later row of the same file with the same SKU replaced.
import_superseded = Table(
    "import_superseded",
    metadata,
    Column("import_id", BigInteger, ForeignKey("imports.id", ondelete="CASCADE"), nullable=False),
    Column("ordinal", BigInteger, nullable=False, comment="its place among the file's accepted rows"),
    Column("line", BigInteger, nullable=False),
    Column("by_line", BigInteger, nullable=False),
    Column("sku", Text, nullable=False),
    PrimaryKeyConstraint("import_id", "ordinal"),
)
