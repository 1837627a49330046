"""Saved views of the catalogue: a filter, an order and columns under a name, for everybody who uses the database."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Create the table."""
    op.execute(
        """
        CREATE TABLE saved_views (
            id BIGSERIAL NOT NULL,
            name TEXT NOT NULL,
            position INTEGER NOT NULL,
            filter JSONB NOT NULL,
            sort JSONB NOT NULL,
            columns JSONB,
            saved_by TEXT NOT NULL,
            saved_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
            CONSTRAINT saved_views_pkey PRIMARY KEY (id),
            CONSTRAINT saved_views_name_key UNIQUE (name)
        )
        """
    )
    op.execute("COMMENT ON COLUMN saved_views.columns IS 'null leaves the columns as they are'")
