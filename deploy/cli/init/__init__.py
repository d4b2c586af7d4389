"""`pgbaton init`: what is asked, how it is read, and what is written."""
