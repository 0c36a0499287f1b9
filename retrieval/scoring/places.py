"""Where a card can stand: what a desktop, a laptop, a server or an edge box takes, and what is sold as a card."""

from collections.abc import Callable, Mapping

from knowledge.specs import GpuSpec
from retrieval.scoring.needs import FormFactor, Limits

#: A purchase of this size is no longer one for a PC; server cards are then meant too, unless a place was named.
SERVER_BUDGET_USD = 20_000.0
#: The most memory on a card for a PC (RTX PRO 6000 Blackwell); who asks for more means a server.
LARGEST_PC_MEMORY_GB = 96.0
SLOT_WATTS = 75.0  #: what a PCIe x16 slot delivers to a card without a power cable
#: What sits on the board that its server is built around: it cannot be bought as a card for another.
_NODE_MODULES = frozenset({"SXM2", "SXM3", "SXM4", "SXM5", "SXM6", "OAM", "superchip"})


def misplaced(card: GpuSpec, place: FormFactor | None, *, server_implied: bool = False) -> str | None:
    """Return the key of why *card* cannot stand in *place*, None if it can; None is a PC, or a server if implied.

    *server_implied*: what is asked for can only mean a server node, so modules on a server's own board count too.
    """
    if place is FormFactor.SERVER and server_implied and card.form_factor in _NODE_MODULES:
        return None
    if place is not None:
        return _CHECKS[place](card)
    if is_laptop(card) or card.form_factor == "module":
        return "not_sold"
    return None if server_implied else _not_in_a_pc(card)


def implies_server(limits: Limits, need_gb: float) -> bool:
    """Return whether budget or memory can only mean a server node."""
    if limits.budget_usd is not None and limits.budget_usd >= SERVER_BUDGET_USD:
        return True
    return max(limits.min_memory_gb or 0.0, need_gb) > LARGEST_PC_MEMORY_GB


def is_laptop(card: GpuSpec) -> bool:
    """Return whether the chip is soldered into laptops."""
    return card.market == "laptop" or card.form_factor == "laptop"


def _is_pcie(card: GpuSpec) -> bool:
    return card.form_factor is None or card.form_factor == "PCIe card"


def _needs_airflow(card: GpuSpec) -> bool:
    return card.cooling == "passive" or (card.cooling is None and card.market == "datacenter")


def _not_in_a_pc(card: GpuSpec) -> str | None:
    if is_laptop(card) or not _is_pcie(card):
        return "not_sold"
    return "airflow" if _needs_airflow(card) else None


def _not_in_a_laptop(card: GpuSpec) -> str | None:
    return None if is_laptop(card) else "not_laptop"


def _not_in_a_server(card: GpuSpec) -> str | None:
    if is_laptop(card):
        return "not_sold"
    if not _is_pcie(card):
        return "not_pcie"
    return "open_cooler" if card.cooling in {"fans", "liquid"} else None


def _not_in_1u(card: GpuSpec) -> str | None:
    why = _not_in_a_server(card)
    if why is not None:
        return why
    if card.slots is None:
        return "width_unknown"
    return "too_wide" if card.slots > 1 else None


def _not_at_the_edge(card: GpuSpec) -> str | None:
    if card.market == "edge":
        return None
    if is_laptop(card) or not _is_pcie(card):
        return "not_pcie"
    if card.tdp_w is None or card.tdp_w > SLOT_WATTS:
        return "slot_power"
    return None if (card.power_connectors or "").startswith("none") else "connector"


_CHECKS: Mapping[FormFactor, Callable[[GpuSpec], str | None]] = {
    FormFactor.DESKTOP: _not_in_a_pc,
    FormFactor.LAPTOP: _not_in_a_laptop,
    FormFactor.WORKSTATION: _not_in_a_pc,
    FormFactor.SERVER: _not_in_a_server,
    FormFactor.SERVER_1U: _not_in_1u,
    FormFactor.EDGE: _not_at_the_edge,
}
