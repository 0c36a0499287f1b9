"""Which card suits which work: needs, memory, prediction, support, criteria, ranking. Pure: values in, values out."""
