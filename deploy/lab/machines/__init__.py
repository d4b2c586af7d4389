"""The lab on booted machines: each a Debian of its own, brought up by `pgbaton push` alone."""
