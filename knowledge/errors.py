"""The root of gpuwise's errors and those of its data. Every message is safe to show and says what to do next."""


class GpuwiseError(Exception):
    """Something went wrong that a person can be told about in one line."""


class KnowledgeError(GpuwiseError):
    """A data file says something that it must not; names file, entry and field."""

    def __init__(self, file: str, entry: str, field: str, problem: str) -> None:
        where = " › ".join(part for part in (file, entry, field) if part)
        super().__init__(f"{where}: {problem}")
        self.file = file
        self.entry = entry
        self.field = field


class UnknownGpuError(GpuwiseError):
    """A card was named that no spec sheet describes."""

    def __init__(self, name: str, closest: list[str]) -> None:
        super().__init__(f"No spec sheet for {name!r}. Closest names: {', '.join(closest) or 'none'}.")
        self.closest = closest
