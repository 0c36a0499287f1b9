"""Says what went wrong with a run in the asker's language: benchmarks travel alone and speak English only. Pure."""

import re
from collections.abc import Mapping

from bot.benching.devices import DeviceError
from bot.benching.hosts import HostError
from bot.texts import texts

_GB = 1e9
_DECIMAL = re.compile(r"(?<=\d)\.(?=\d)")
#: What a message of each kind may say, with what the text of that key takes from it; the first that is found counts.
FORMS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "request": (
        ("request_whole", r"(?P<name>\w+) is a whole number from (?P<least>\d+) to (?P<most>\d+)"),
        ("request_choice", r"(?P<name>\w+) is one of (?P<known>.+?)\.?$"),
        ("request_sweep", r"sweep is a list of at most (?P<most>\d+)"),
        ("request_none", r"(?P<case>\S+) takes no (?P<name>\w+)"),
        ("request_layout", r"(?P<case>\S+) has no image tensors"),
        ("request_version", r"requests of version (?P<version>\d+)"),
        ("request_uuid", r"gpu is a UUID"),
    ),
    "busy": (
        ("busy_process", r"Process (?P<pid>\d+) of somebody else is on (?P<device>\S+):"),
        ("busy_run", r"Another run is on (?P<device>\S+):"),
    ),
    "quiet": (("quiet_until", r"left alone until (?P<until>\S+) its time"),),
    "oom": (
        ("oom_gpu", r"ried to allocate (?P<asked>[\d.]+ \w+).*?total capacity of (?P<total>[\d.]+ \w+)"),
        ("oom_asked", r"ried to allocate (?P<asked>[\d.]+ \w+)"),
    ),
    "unsupported": (
        ("no_cuda", r"torch (?P<torch>\S+) sees no CUDA device"),
        ("no_kernels", r"torch (?P<torch>\S+) has no kernels for (?P<arch>\S+), only for (?P<built>.+?): install"),
        ("cpu_tf32", r"A CPU has no TF32"),
        ("gpu_tf32", r"This GPU has no TF32"),
        ("cpu_fp16", r"This processor has no FP16"),
    ),
    "hung": (("hung_silent", r"said nothing for (?P<seconds>\d+) seconds"),),
    "killed": (("killed_signal", r"killed by signal (?P<signal>\d+)"),),
    "yielded": (("yielded_process", r"Process (?P<pid>\d+) of somebody else"),),
    "host": (
        ("split", r"(?P<device>\S+) is split by MIG.*slices: (?P<slices>.+)\."),
        ("no_nvml", r"nvidia-ml-py is missing"),
        ("no_driver", r"libnvidia-ml\.so\.1 is missing|driver is not loaded"),
        ("driver_updated", r"driver was updated while it ran"),
        ("no_device", r"This host has no (?P<device>\S+):"),
        ("gpu_lost", r"(?P<device>\S+) no longer answers on the bus"),
        ("owner_file", r"owner of this host has to correct (?P<file>\S+): (?P<why>.+)"),
        ("probe_cuda", r"CUDA does not start: (?P<why>.+)\. Run `nvidia-smi`"),
        ("probe_blind", r"torch (?P<torch>\S+) is built for CUDA (?P<cuda>\S+) but sees no GPU"),
        ("probe_cpu_build", r"torch (?P<torch>\S+) is built without CUDA"),
        (
            "probe_kernels",
            r"torch (?P<torch>\S+) has no kernels for (?P<card>.+?) \(sm (?P<sm>\S+)\), only for (?P<built>.+?): take",
        ),
        ("slow_host", r"^It did not answer within (?P<seconds>[\d.]+) s: look at its load"),
        ("worker_mute", r"The worker ended without a word"),
        ("worker_refused", r"The worker refused to look: (?P<why>.+?) Install the same version"),
        ("slow", r"(?P<where>.+) did not answer within (?P<seconds>[\d.]+) s: look at its load"),
        ("silent", r"(?P<where>.+) did not answer within (?P<seconds>[\d.]+) s"),
        ("refused", r"Nothing listens at (?P<where>.+?): start"),
        ("no_address", r"(?P<where>.+): no such address"),
        ("key_refused", r"(?P<where>.+) refused (?P<file>\S+) for the user (?P<user>[^:]+):"),
        ("host_key_changed", r"(?P<where>.+): its host key is not the one in (?P<file>\S+): "),
        ("host_key_unknown", r"(?P<where>.+): its host key is not in (?P<file>\S+)\. .*?`(?P<scan>ssh-keyscan [^`]+)`"),
        ("host_key_unknown", r"(?P<where>\S+): there is no file (?P<file>\S+)\. `(?P<scan>ssh-keyscan [^`]+)`"),
        ("no_key", r"(?P<where>\S+): there is no key (?P<file>\S+):"),
        ("dropped", r"connection to (?P<where>\S+) was lost"),
        ("no_worker", r"(?P<where>\S+): the command ended with status (?P<status>\S+) and was no worker"),
        ("no_ssh", r"SSH needs (?P<module>\S+): run"),
        ("unlike", r"(?P<where>\S+) cannot be asked what it has"),
    ),
}


def problem_text(kind: str, message: str, language: str) -> str:
    """Return what happened and what to do next, by the *kind* of an error and the English *message* it came with.

    Kinds are those of bench.errors, the classes of error lines and records, and those that the runner adds; what is
    not known is told in the message's own English.
    """
    key, values = _read(kind, message, language)
    said = texts(language).say(f"bench.problems.{key}", **values)
    return said[:1].upper() + said[1:] if key.startswith("request_") else said  # else it may begin with a host's name


def error_text(error: Exception, language: str) -> str:
    """Return what kept a run from starting, in the asker's language."""
    if isinstance(error, DeviceError):
        return error.say(language)
    kind = "host" if isinstance(error, HostError) else str(getattr(error, "kind", "unknown"))
    return problem_text(kind, str(error), language)


def _read(kind: str, message: str, language: str) -> tuple[str, dict[str, str]]:
    """Return the key of the text that says it, and what fills that text."""
    for key, form in FORMS.get(kind, ()):
        if found := re.search(form, message, re.DOTALL):
            return key, _values(found.groupdict(), language)
    is_known = texts(language).has(f"bench.problems.{kind}")
    return kind if is_known else "unknown", {"message": message.strip() or kind}


def _values(found: Mapping[str, str], language: str) -> dict[str, str]:
    said = {"asked": _size, "total": _size, "name": _called, "device": _called, "case": _case}
    return {key: said[key](value, language) if key in said else value for key, value in found.items()}


def _called(name: str, language: str) -> str:
    """Return a device, or a field of a request, as a person calls it."""
    key = f"bench.called.{name}"
    return name.upper() if name == "cpu" else texts(language).say(key) if texts(language).has(key) else name


def _case(name: str, language: str) -> str:
    key = f"bench.names.{name}"
    return texts(language).say(key) if texts(language).has(key) else name


def _size(text: str, language: str) -> str:
    """Return an amount of memory; bytes, which nobody reads, as GB."""
    count, unit = text.split()
    text = f"{int(count) / _GB:.1f} GB" if unit == "bytes" else text
    return _DECIMAL.sub(",", text) if language == "vi" else text
