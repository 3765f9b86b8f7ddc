"""Tables in and out: CSV, TSV, JSON lines, Parquet, Excel; local, URL or stdin; gz and zst."""
