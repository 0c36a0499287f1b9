"""Puts the concrete parts together; the only file that picks classes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from bench.backlog import Permissions
from bot.benched import Benches
from bot.benching.inventory import Inventory, read_inventory
from bot.benching.stored import StoredResults
from bot.config import Settings
from bot.responding import Bot, Search
from bot.scored import Scored
from bot.understanding.names import NameReader, slugs_of
from bot.understanding.reading import QuestionReader
from knowledge.library import Library, load_library
from knowledge.loading import data_folder
from knowledge.prices import Price, read_prices
from knowledge.tables import Tables, load_tables
from retrieval.building import build_index, content_hash
from retrieval.embedding import OnnxEmbedder
from retrieval.errors import BuildError, IndexDamagedError, IndexMissingError, IndexStaleError
from retrieval.gate import load_gate
from retrieval.glossing import Glosser
from retrieval.index import Manifest, read_index
from retrieval.scoring.advisor import Advisor
from retrieval.scoring.fits import load_fits
from retrieval.scoring.networks import NetworkReader
from retrieval.scoring.prediction import Predictor
from retrieval.search import HybridSearch

Progress = Callable[[str, int, int], None]


def today() -> date:
    """Return the day it is here."""
    return datetime.now().astimezone().date()


@dataclass(frozen=True)
class App:
    """Everything a command needs, made when it is first asked for."""

    settings: Settings

    @cached_property
    def library(self) -> Library:
        """The knowledge that ships with gpuwise."""
        return load_library()

    @cached_property
    def tables(self) -> Tables:
        """Networks, software life and exchange rates."""
        return load_tables(self.library.sources)

    @cached_property
    def networks(self) -> NetworkReader:
        """Finds the networks that a text names."""
        return NetworkReader(self.tables.networks)

    @cached_property
    def prices(self) -> dict[str, Price]:
        """The team's own prices by slug; errors name file, line and field."""
        file = self.settings.prices
        if file is None:
            return {}
        names = NameReader(self.library.catalogue)
        return read_prices(file, lambda name: slugs_of(name, names, self.library.catalogue), self.tables.rates)

    @cached_property
    def inventory(self) -> Inventory:
        """The hosts that measure; errors name file, table and field."""
        file = self.settings.hosts
        return read_inventory(file or self.settings.home / "hosts.toml", must_exist=file is not None)

    @cached_property
    def advisor(self) -> Advisor:
        """Ranks the catalogue for what somebody needs."""
        predictor = Predictor(load_fits(), self.tables.networks)
        return Advisor(self.library.catalogue, predictor, self.tables.support, self.prices)

    @cached_property
    def search(self) -> HybridSearch:
        """Search over the index; a missing, damaged or stale one is an error that says what to do."""
        folder = self.settings.home / "index"
        stored = read_index(folder)
        if stored.manifest.content != content_hash(data_folder()):
            raise IndexStaleError("the knowledge has changed since it was built")
        manifest = stored.manifest
        embedder = OnnxEmbedder(
            folder, prefix=manifest.query_prefix, max_tokens=manifest.max_tokens, threads=self.settings.threads
        )
        return HybridSearch(stored, embedder, Glosser(self.library.glossary), load_gate())

    @cached_property
    def bot(self) -> Bot:
        """The bot over library, search and scoring engine."""
        return self.bot_over(self.search)

    def bot_over(self, search: Search) -> Bot:
        """Return a bot that searches with *search*."""
        reader = QuestionReader(self.library.catalogue, self.networks)
        scored = Scored(self.library, self.tables, self.advisor, today)
        return Bot(self.library, search, reader, scored, self.benches)

    @cached_property
    def benches(self) -> Benches:
        """What answers to benchmarks and their results; the database is opened when results are asked for."""
        settings = self.settings
        permissions = Permissions(runners=settings.bench_run, approvers=settings.bench_approve)
        return Benches(permissions, lambda: self.inventory.names, StoredResults(settings.home))

    def build(self, model: str | None, progress: Progress) -> Manifest:
        """Build or renew the index with *model*, by default the one it was built with before."""
        try:
            from retrieval.exporting import DEFAULT_MODEL, PassageEncoder  # noqa: PLC0415  # torch only when building
        except ImportError as error:
            raise BuildError(
                f"Building the index needs {error.name}. Run `pip install 'gpuwise[build]'`, or copy an index "
                f"built elsewhere to {self.settings.home / 'index'}."
            ) from error
        encoder = PassageEncoder(model or self._model() or DEFAULT_MODEL)
        return build_index(self.settings.home, self.library, content_hash(data_folder()), encoder, progress)

    def prepare(self, progress: Progress) -> bool:
        """Build the index when there is none that fits; return whether it was built now."""
        try:
            _ = self.search
        except (IndexMissingError, IndexStaleError, IndexDamagedError):
            self.build(None, progress)
            return True
        return False

    def _model(self) -> str | None:
        try:
            return read_index(self.settings.home / "index").manifest.model
        except (IndexMissingError, IndexDamagedError):
            return None
