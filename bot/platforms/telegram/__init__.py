"""Telegram: private chats, groups and topics, over long polling or a webhook."""

from bot.platforms.telegram.platform import TelegramPlatform
from bot.platforms.telegram.wiring import TelegramWiring

__all__ = ["TelegramPlatform", "TelegramWiring"]
