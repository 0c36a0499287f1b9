"""Slack: mentions, threads, direct messages, /gpu and a help channel, over a socket or HTTP."""

from bot.platforms.slack.platform import SlackPlatform
from bot.platforms.slack.wiring import SlackWiring

__all__ = ["SlackPlatform", "SlackWiring"]
