"""The trail's reader for people: incidents in Slack. Metrics are in workers/metrics, alerts in workers/alerts."""
