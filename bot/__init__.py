"""The bot: understands a message, answers it, verifies the answer and hands it to a platform."""
