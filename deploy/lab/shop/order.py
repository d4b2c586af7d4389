"""The one statement of the shop: an order, and who took it, on which PostgreSQL timeline."""

from __future__ import annotations

ORDER = """
    INSERT INTO orders (id, host) VALUES (%s, %s)
    RETURNING host(member), pg_backend_pid(),
              ('x' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8))::bit(32)::int
"""
