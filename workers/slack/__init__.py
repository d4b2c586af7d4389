"""Slack through slack_sdk: a bot's channel, or an incoming webhook; neither is trusted to answer."""

from workers.slack.channel import SlackChannel
from workers.slack.webhook import SlackWebhook

__all__ = ["SlackChannel", "SlackWebhook"]
