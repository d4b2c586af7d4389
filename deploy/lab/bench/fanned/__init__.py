"""Many hosts follow one leader: the ground, pgbaton's side, a bare script's, and what others would use instead."""
