"""Alembic's entry: runs the steps on the connection that `migrations.upgrade` hands over."""

from alembic import context

from acme_desktop.core.database.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
