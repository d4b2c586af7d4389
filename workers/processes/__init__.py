"""The long-running processes, each a composition root: settings in, a loop that outlives failures."""
