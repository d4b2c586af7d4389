"""A stateful double of Slack's Web API, and what else of the lab lies outside: an alert sink, heartbeat sinks."""
