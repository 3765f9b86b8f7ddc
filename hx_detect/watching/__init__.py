"""What changes while scores come in: alarms, drift between two tables. In: scored tables. Out: records."""
