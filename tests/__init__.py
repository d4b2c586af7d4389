"""Without this package nobody would know that the other four keep their word."""
