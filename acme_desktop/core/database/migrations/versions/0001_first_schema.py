"""The first schema: products, change sets with before-images, and imports with their rejects."""

from alembic import op

revision = "0001"
down_revision = None

_SCHEMA = """
CREATE SEQUENCE products_id_seq AS bigint;

CREATE TABLE change_sets (
    id BIGSERIAL NOT NULL,
    kind TEXT NOT NULL,
    actor TEXT NOT NULL,
    client TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    created BIGINT DEFAULT 0 NOT NULL,
    updated BIGINT DEFAULT 0 NOT NULL,
    deleted BIGINT DEFAULT 0 NOT NULL,
    undoes BIGINT,
    summary TEXT DEFAULT '' NOT NULL,
    CONSTRAINT change_sets_pkey PRIMARY KEY (id),
    CONSTRAINT change_sets_undoes_fkey FOREIGN KEY(undoes) REFERENCES change_sets (id)
);

CREATE TABLE product_versions (
    change_set_id BIGINT NOT NULL,
    sku_key TEXT COLLATE "C" NOT NULL,
    product_id BIGINT NOT NULL,
    operation TEXT NOT NULL,
    sku TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT,
    active BOOLEAN NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    created_in BIGINT,
    changed_in BIGINT,
    CONSTRAINT product_versions_pkey PRIMARY KEY (change_set_id, sku_key),
    CONSTRAINT product_versions_operation_check CHECK (operation IN ('update', 'delete'))
);
CREATE INDEX product_versions_product_id_change_set_id_idx ON product_versions (product_id, change_set_id);

CREATE TABLE products (
    id BIGINT DEFAULT nextval('products_id_seq') NOT NULL,
    sku TEXT NOT NULL,
    sku_key TEXT COLLATE "C" NOT NULL,
    name TEXT NOT NULL,
    description TEXT,
    active BOOLEAN DEFAULT true NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    created_in BIGINT,
    changed_in BIGINT,
    CONSTRAINT products_pkey PRIMARY KEY (id),
    CONSTRAINT products_sku_key_key UNIQUE (sku_key),
    CONSTRAINT products_sku_key_check CHECK (sku_key = lower(sku))
);

CREATE TABLE imports (
    id BIGSERIAL NOT NULL,
    change_set_id BIGINT,
    file TEXT NOT NULL,
    status TEXT NOT NULL,
    options JSONB NOT NULL,
    profile JSONB DEFAULT '{}' NOT NULL,
    read BIGINT DEFAULT 0 NOT NULL,
    created BIGINT DEFAULT 0 NOT NULL,
    updated BIGINT DEFAULT 0 NOT NULL,
    unchanged BIGINT DEFAULT 0 NOT NULL,
    superseded BIGINT DEFAULT 0 NOT NULL,
    rejected BIGINT DEFAULT 0 NOT NULL,
    skipped BIGINT DEFAULT 0 NOT NULL,
    rejects_file TEXT,
    error TEXT,
    actor TEXT NOT NULL,
    client TEXT NOT NULL,
    started_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    finished_at TIMESTAMP WITH TIME ZONE,
    seconds DOUBLE PRECISION,
    CONSTRAINT imports_pkey PRIMARY KEY (id),
    CONSTRAINT imports_status_check CHECK (status IN ('reading', 'completed', 'failed', 'cancelled')),
    CONSTRAINT imports_change_set_id_fkey FOREIGN KEY(change_set_id) REFERENCES change_sets (id)
);
CREATE INDEX imports_change_set_id_idx ON imports (change_set_id);

CREATE TABLE import_rejects (
    import_id BIGINT NOT NULL,
    ordinal BIGINT NOT NULL,
    line BIGINT NOT NULL,
    end_line BIGINT NOT NULL,
    field TEXT,
    reason TEXT NOT NULL,
    message TEXT NOT NULL,
    value TEXT DEFAULT '' NOT NULL,
    cells JSON NOT NULL,
    CONSTRAINT import_rejects_pkey PRIMARY KEY (import_id, ordinal),
    CONSTRAINT import_rejects_import_id_fkey FOREIGN KEY(import_id) REFERENCES imports (id) ON DELETE CASCADE
);

CREATE TABLE import_superseded (
    import_id BIGINT NOT NULL,
    ordinal BIGINT NOT NULL,
    line BIGINT NOT NULL,
    by_line BIGINT NOT NULL,
    sku TEXT NOT NULL,
    CONSTRAINT import_superseded_pkey PRIMARY KEY (import_id, ordinal),
    CONSTRAINT import_superseded_import_id_fkey FOREIGN KEY(import_id) REFERENCES imports (id) ON DELETE CASCADE
);

COMMENT ON COLUMN products.created_in IS 'the change set that created the product';
COMMENT ON COLUMN products.changed_in IS 'the change set that touched it last';
COMMENT ON COLUMN import_rejects.ordinal IS 'its place among the file''s rejects';
COMMENT ON COLUMN import_rejects.field IS 'the column at fault, as the file''s header names it';
COMMENT ON COLUMN import_superseded.ordinal IS 'its place among the file''s accepted rows';
"""


def upgrade() -> None:
    """Create everything."""
    for statement in _SCHEMA.split(";\n"):
        if statement.strip():
            op.execute(statement)
