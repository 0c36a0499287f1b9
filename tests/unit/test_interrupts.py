"""Ctrl-C in places where it can break nothing off."""

import gc
import signal
import sys

import pytest

from bot.platforms import interrupts


class Finalized:
    """Raises from its finalizer, in a cycle as an event loop is."""

    def __init__(self, error: type[BaseException] | None) -> None:
        self._itself = self
        self._error = error

    def __del__(self) -> None:
        if self._error is None:
            signal.raise_signal(signal.SIGINT)
        else:
            raise self._error


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(
    ("error", "said"), [(None, ""), (ValueError, "ValueError")], ids=["ctrl-c", "another error is not hidden"]
)
def test_ctrl_c_in_a_finalizer_prints_nothing(
    error: type[BaseException] | None,
    said: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sys.unraisablehook", sys.__unraisablehook__)
    with interrupts.silent_in_finalizers():
        Finalized(error)
        gc.collect()
    shown = capsys.readouterr().err
    assert (said in shown) if said else (shown == "")


def test_ctrl_c_is_heard_again_after_it_was_ignored() -> None:
    with interrupts.ignored():
        signal.raise_signal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
