"""`pgbaton audit`: each command in a file of its own."""
