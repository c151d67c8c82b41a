"""What Alembic runs: the migrations, on the connection and in the transaction of whoever opens the ledger."""

from alembic import context

from syncline.ledger.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
