"""The hook on a database node: without it the webhook would hear of a change only through the watch."""
