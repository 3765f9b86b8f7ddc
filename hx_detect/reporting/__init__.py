"""Scored texts -> what hurts, whom, and what to do first. In: scored tables. Out: figures, a page, tables."""
