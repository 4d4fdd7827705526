"""Run by alembic for each command; the connection comes from `migrations.upgrade`."""

from alembic import context

from consult.storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
)
context.run_migrations()
