"""Finds what bears on a question: chunks, vectors, lexical scores, the gate that abstains."""
