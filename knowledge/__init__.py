"""What gpuwise knows, as data: the guide in two languages, spec sheets, glossary, questions, sources."""
