"""The workloads themselves, and what torch says of the host: the only part of this package that imports torch."""

from bench.cases import device
from bench.cases.workload import Workload
from bench.request import Request


def build(request: Request) -> Workload:
    """Return the workload of *request* on its device, after setting this process's flags for its precision."""
    chosen = device.select(request.gpu)
    device.configure(request.precision, chosen)
    return Workload(request, chosen)
