"""Stand-ins for the outside: without them, a test of the head would need real servers."""
