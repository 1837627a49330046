"""The tables, as SQLAlchemy describes them; `migrations` creates them, step by step.

One schema from a laptop to a cluster: sequence defaults and no identity columns, no trigger on products and
no foreign key to it, no generated column or unique index on an expression there: none of these can be distributed.
"""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
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
    # Those for search and for the other sorts come and go: see `catalogue_indexes`.
    Index(None, "changed_in"),
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
    Column(
        "ids_after",
        BigInteger,
        server_default=text("pg_sequence_last_value('products_id_seq')"),
        comment="products that it created have a greater id",
    ),
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

# How files with a certain header were read the last time.
mapping_templates = Table(
    "mapping_templates",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("name", Text, comment="null where a person gave it none"),
    Column("header_key", Text, nullable=False),
    Column("header", JSONB, nullable=False),
    Column("options", JSONB, nullable=False),
    _moment("used_at"),
    UniqueConstraint("name"),
    Index(None, "header_key", "used_at"),
)

# Questions about the catalogue under a name, for everybody who uses the database.
saved_views = Table(
    "saved_views",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("name", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("filter", JSONB, nullable=False),
    Column("sort", JSONB, nullable=False),
    Column("columns", JSONB, comment="null leaves the columns as they are"),
    Column("saved_by", Text, nullable=False),
    _moment("saved_at"),
    UniqueConstraint("name"),
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

# Where events are sent, and who sends them now.
webhooks = Table(
    "webhooks",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("url", Text, nullable=False),
    Column("events", ARRAY(Text), nullable=False),
    Column("enabled", Boolean, nullable=False, server_default=text("true")),
    Column("paused", Boolean, nullable=False, server_default=text("false")),
    Column("mode", Text, nullable=False, server_default=text("'each'")),
    Column("batch_size", Integer, nullable=False, server_default=text("500")),
    Column("rate", Double, comment="requests a second over all running programs; null is no limit"),
    Column("scope", Text, nullable=False, server_default=text("'public'")),
    Column("computer", Text, nullable=False, comment="the only one that sends to a loopback webhook"),
    Column("headers", JSONB, nullable=False, server_default=text("'{}'")),
    Column("ca", Text, comment="certificates in PEM that are trusted besides the usual ones"),
    Column("secret", Text, nullable=False),
    Column("previous_secret", Text),
    Column("previous_secret_until", DateTime(timezone=True)),
    _moment("created_at"),
    _moment("updated_at"),
    _moment("deleted_at", default=False),
    Column("switched_off", Text, comment="why the program switched it off; events go on being kept for it"),
    Column("hold_until", DateTime(timezone=True), comment="nothing is sent before"),
    Column("failures", BigInteger, nullable=False, server_default=text("0"), comment="attempts since a success"),
    Column("failing_seconds", Double, nullable=False, server_default=text("0"), comment="of them, while watched"),
    Column("last_success_at", DateTime(timezone=True)),
    Column("owner", BigInteger, comment="the dispatcher that sends for it"),
    Column("token", BigInteger, nullable=False, server_default=text("0"), comment="fences off earlier owners"),
    Column("lease_until", DateTime(timezone=True)),
    CheckConstraint("mode IN ('each', 'batch')", name="mode"),
    CheckConstraint("scope IN ('public', 'private', 'loopback')", name="scope"),
)
Sequence("dispatchers_id_seq", data_type=BigInteger, metadata=metadata)

# What is to be sent: a row a webhook and a change set, however many events that is.
outbox = Table(
    "outbox",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("webhook_id", BigInteger, ForeignKey("webhooks.id", ondelete="CASCADE"), nullable=False),
    Column("change_set_id", BigInteger, nullable=False),
    Column("events", ARRAY(Text), nullable=False, comment="the types that were asked for"),
    Column("total", BigInteger, nullable=False, comment="how many events it stands for"),
    Column("passed", BigInteger, nullable=False, server_default=text("0"), comment="sent, or kept in deliveries"),
    Column("last_id", BigInteger, nullable=False, comment="products that it created have at most this id"),
    Column("state", Text, nullable=False, server_default=text("'pending'")),
    Column("part", Integer, nullable=False, server_default=text("1"), comment="how far it is, as the next two are"),
    Column("after_key", Text(collation="C"), nullable=False, server_default=text("''")),
    Column("after_id", BigInteger, nullable=False),
    _moment("created_at"),
    CheckConstraint("state IN ('pending', 'done', 'skipped')", name="state"),
    Index("outbox_pending_idx", "webhook_id", "id", postgresql_where=text("state = 'pending'")),
)

# One message, which is an event or a batch of them, from its first attempt on.
deliveries = Table(
    "deliveries",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("webhook_id", BigInteger, ForeignKey("webhooks.id", ondelete="CASCADE"), nullable=False),
    Column("message_id", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("change_sets", ARRAY(BigInteger), nullable=False, comment="of each event"),
    Column("product_ids", ARRAY(BigInteger), nullable=False, comment="of each event"),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("due_at", DateTime(timezone=True)),
    Column("body", Text, comment="as sent; null once it is delivered, because it can be built again"),
    Column("status_code", Integer),
    Column("error", Text),
    _moment("created_at"),
    _moment("updated_at"),
    CheckConstraint(
        "state IN ('sending', 'retrying', 'waiting', 'delivered', 'dead', 'skipped', 'split')", name="state"
    ),
    Index(None, "webhook_id", "id"),
    Index(
        "deliveries_unfinished_idx",
        "webhook_id",
        "id",
        postgresql_where=text("state IN ('sending', 'retrying', 'waiting')"),
    ),
)

delivery_attempts = Table(
    "delivery_attempts",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("delivery_id", BigInteger, ForeignKey("deliveries.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("webhook_id", BigInteger, nullable=False),
    Column("number", Integer, nullable=False),
    _moment("started_at"),
    Column("ok", Boolean, nullable=False),
    Column("status_code", Integer),
    Column("error", Text),
    Column("address", Text, comment="the one that was dialled"),
    Column("dns_ms", Double),
    Column("connect_ms", Double),
    Column("first_byte_ms", Double),
    Column("total_ms", Double, nullable=False),
    Column("request_headers", JSONB, nullable=False),
    Column("response_headers", JSONB, nullable=False),
    Column("response_body", LargeBinary, nullable=False),
    Index(None, "webhook_id", "started_at"),
)
