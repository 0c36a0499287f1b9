"""From a message to an intent. Pure: values in, values out."""
