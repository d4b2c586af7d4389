"""The doctor: what is wrong with something that runs, why it hurts, and what to do."""
