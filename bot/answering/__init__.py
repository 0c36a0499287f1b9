"""From an intent and evidence to an answer tree, one file an intent. Pure."""
