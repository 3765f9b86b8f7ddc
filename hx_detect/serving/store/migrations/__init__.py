"""Alembic's folder: how the tables came to be. In: nothing. Out: its environment and revisions."""
