"""Rehearsed disasters: inject, observe, and decide by the invariants whether pgbaton kept its word."""
