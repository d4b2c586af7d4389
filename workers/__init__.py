"""Without this package nothing could be touched: one adapter per library or system, and the processes."""
