"""What can go wrong between a question and the index."""

from knowledge.errors import GpuwiseError


class IndexMissingError(GpuwiseError):
    """There is no index yet."""

    def __init__(self, folder: str) -> None:
        super().__init__(f"There is no index in {folder} yet. Run `gpuwise index` to build it.")


class IndexDamagedError(GpuwiseError):
    """The index cannot be read, or does not fit what it says of itself."""

    def __init__(self, problem: str) -> None:
        super().__init__(f"The index is damaged: {problem}. Run `gpuwise index` to build it again.")


class IndexStaleError(GpuwiseError):
    """The index was built from other knowledge or by another model."""

    def __init__(self, problem: str) -> None:
        super().__init__(f"The index is out of date: {problem}. Run `gpuwise index` to renew it.")


class BuildError(GpuwiseError):
    """The index could not be built."""
