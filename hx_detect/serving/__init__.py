"""The scoring service: HTTP interface, console, store. In: requests. Out: the records of the scorer, byte for byte."""
