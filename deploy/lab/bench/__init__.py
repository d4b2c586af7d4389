"""What pgbaton costs and how fast it is, measured on the lab."""
