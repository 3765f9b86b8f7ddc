"""The revisions of the tables, oldest first by number. In: nothing. Out: their modules, read by Alembic."""
