"""Faults that nobody thought of together: a seed composes them, and the same seed composes the same again."""
