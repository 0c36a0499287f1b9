import os
import subprocess
import sys

from bench.processes import is_below
from bench.watcher import look_at
from tests.makers_card import ScriptedCard, make_user

NOBODY = 2**22 + 1  #: ids of Linux end below it


def test_a_process_is_below_its_parent_and_itself_and_nobody_else() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        try:
            assert is_below(child.pid, os.getpid())
            assert is_below(os.getpid(), os.getpid())
            assert not is_below(os.getpid(), child.pid)
            assert not is_below(NOBODY, os.getpid())
        finally:
            child.kill()


def test_a_look_tells_the_workers_tree_from_others() -> None:
    card = ScriptedCard([make_user(os.getpid()), make_user(1, memory_bytes=70)])

    found = look_at(card, os.getpid())

    assert (found["foreign_pids"], found["foreign_compute"], found["foreign_vram_bytes"]) == ([1], [1], 70)
    assert (found["foreign_unknown"], found["sm_mhz"], found["violation_ns"]["thermal"]) == (False, 1700, 0)


def test_a_look_in_another_namespace_knows_nobody() -> None:
    assert look_at(ScriptedCard([make_user(NOBODY)]), os.getpid())["foreign_unknown"] is True
