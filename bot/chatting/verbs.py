"""What the buttons under answers ask for, on every platform."""

#: Take a suggested step, give an opinion and its reason, see sources, what it rests on, a table as a picture.
ACT, UP, DOWN, REASON, SOURCES, WHY, PICTURE = "act", "up", "down", "reason", "sources", "why", "picture"
#: See what was held back, since it might have arrived before the bot was restarted.
SHOW = "show"
#: Show to everybody what only the asker saw.
SHARE = "share"
#: See what the bot has but is not sure of.
SEE = "see"
#: In a help channel: it helped, a person is needed; in its review channel: it was right, it was wrong.
HELPED, HUMAN, RIGHT, WRONG = "helped", "human", "right", "wrong"
#: What can be wrong with an answer.
REASONS = ("wrong", "missed", "unclear", "long")
