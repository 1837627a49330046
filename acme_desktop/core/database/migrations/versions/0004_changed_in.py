"""An index on the last change set of each product: what a change set touched, and what changed since another."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Create the index."""
    op.execute("CREATE INDEX products_changed_in_idx ON products (changed_in)")
