"""Ctrl-C in a terminal: where it must wait, and where it must not be heard of."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def ignored() -> Iterator[None]:
    """Keep Ctrl-C from breaking an event loop half made; a prompt itself reads Ctrl-C as a key."""
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@contextmanager
def silent_in_finalizers() -> Iterator[None]:
    """Keep Ctrl-C from printing a traceback where it falls into a finalizer.

    Python can raise nothing out of `__del__` (a prompt's event loop, long out of use, has one): it prints
    what was raised and goes on. That Ctrl-C is lost, so it takes another to break off the answer.
    """
    before = sys.unraisablehook

    def hook(unraisable: "sys.UnraisableHookArgs") -> None:
        if unraisable.exc_type is not KeyboardInterrupt:
            before(unraisable)

    sys.unraisablehook = hook
    try:
        yield
    finally:
        sys.unraisablehook = before
