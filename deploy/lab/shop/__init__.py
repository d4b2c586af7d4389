"""A small web shop that knows nothing of failovers: what pgbaton moves in the lab."""
