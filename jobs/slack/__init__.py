"""An incident as people read it in Slack: decided here, posted by a hand."""
