"""`pgbaton provision`: what is asked of a file, what stops a run, and what is said."""
