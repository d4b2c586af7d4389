"""`pgbaton keys`: each command in a file of its own."""
