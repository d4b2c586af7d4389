"""What pgbaton costs while nothing happens: the ground that rests, and how each process is looked at."""
