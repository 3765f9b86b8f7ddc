"""Versions of models, their lineage, and the gate that a new one must pass."""
