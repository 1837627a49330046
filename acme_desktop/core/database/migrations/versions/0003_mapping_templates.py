"""Remembered mappings: by name, and by the header that they were made for."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the table."""
    op.execute(
        """
        CREATE TABLE mapping_templates (
            id BIGSERIAL NOT NULL,
            name TEXT,
            header_key TEXT NOT NULL,
            header JSONB NOT NULL,
            options JSONB NOT NULL,
            used_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
            CONSTRAINT mapping_templates_pkey PRIMARY KEY (id),
            CONSTRAINT mapping_templates_name_key UNIQUE (name)
        )
        """
    )
    op.execute("CREATE INDEX mapping_templates_header_key_used_at_idx ON mapping_templates (header_key, used_at)")
    op.execute("COMMENT ON COLUMN mapping_templates.name IS 'null where a person gave it none'")
