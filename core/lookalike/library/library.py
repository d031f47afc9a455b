"""Library: an opened library, as a namespace of the services that the window and the command line use."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from lookalike import app_paths
from lookalike.caches.content_cache import ContentCache
from lookalike.caches.thumbnail_cache import LIMIT_BYTES as THUMBNAIL_BYTES
from lookalike.caches.thumbnail_cache import ThumbnailCache
from lookalike.catalog.catalog import Catalog
from lookalike.catalog.descriptors import DescriptorRecord
from lookalike.catalog.folders import Folder
from lookalike.descriptors.precision import arithmetic_words
from lookalike.descriptors.protocol import EMBEDDED, DescriberSpec
from lookalike.errors import LookalikeError, Phrase
from lookalike.index.inverted import InvertedFile
from lookalike.ingest.details_updater import DetailsUpdater
from lookalike.ingest.throttle import Throttle
from lookalike.judges.kind import JudgeResources
from lookalike.judges.mllm.device import recorded_devices
from lookalike.judges.registry import JudgeRegistry
from lookalike.library.background_describing import BackgroundDescribing
from lookalike.library.caption_preparation import BackgroundCaptions, CaptionPreparation
from lookalike.library.closer_looks import BackgroundLooks, CloserLooks
from lookalike.library.descriptor_engine import DescriptorEngine, DescriptorEngines, open_engine
from lookalike.library.descriptor_migration import (
    DescriptorChange,
    DescriptorMigration,
    used_spec,
)
from lookalike.library.detail_preparation import BackgroundDetails, DetailPreparation, DetailStatus
from lookalike.library.duplicate_service import DuplicateService
from lookalike.library.integrity import SAMPLE, Details, IntegrityReport, check_and_repair
from lookalike.library.kind_preparation import BackgroundKinds, KindPreparation
from lookalike.library.label_preparation import BackgroundLabels, LabelPreparation
from lookalike.library.model_manager import ModelManager
from lookalike.library.model_offer import ModelOffer
from lookalike.library.pair_service import BackgroundPairs, PairService, PairStatus
from lookalike.library.photo_service import PhotoService
from lookalike.library.recent_searches import RecentSearches
from lookalike.library.search_service import SearchService
from lookalike.library.storage import Storage, freeable_caches, usual_feature_limit
from lookalike.library.text_preparation import BackgroundTexts, TextPreparation, TextStatus
from lookalike.library.thing_service import BackgroundThings, ThingService
from lookalike.library.token_preparation import TokenPreparation, open_store
from lookalike.library.trash_service import TrashService
from lookalike.library.words_model import WordsModel, WordsModelState
from lookalike.local_features.feature_cache import FeatureCache
from lookalike.models.store import ModelStore
from lookalike.pairs.graph import PairGraph
from lookalike.progress import Progress
from lookalike.search.calibration import Calibrations
from lookalike.search.query_photos import QueryPhotos
from lookalike.watching.follow_timing import FollowTiming
from lookalike.watching.watched import WatchedFolders
from lookalike.words.label_search import LabelSearch
from lookalike.words.labelling import Labeller
from lookalike.words.lexicons import language_of
from lookalike.words.model_search import ModelSearch
from lookalike.words.text_search import CaptionSearch, TextSearch


@dataclass(frozen=True)
class Status:
    """The status of a library.

    Attributes:
        folder: the folder of the library's own files.
        folders: the watched folders.
        files: how many files are known, those with a problem included.
        photos: how many distinct photos are among them.
        indexed: how many photos a search can find.
        details: how many of them it can find by their details too.
        pairs: how far the pair graph has come.
        texts: how much of the text in photos is known.
        problems: files that could not be indexed, XMP files and folders that could not be read, and why.
        descriptor: key of the descriptor model that answers searches.
        arithmetic: how the embedded model is run on this computer, and how fast that is by its self-check; empty for
            another model.
        changing: the progress of changing to another model; None without one.
        words_model: how far the model for words is; None without one.
        judge: name of the judge that searches use.
        judge_device: what it last ran on, in words; empty for one that has not run, or has nothing to choose.
        judges: names of all judges.
        missing: what does not work on this computer, and how to get it.
        repairs: what had to be repaired when the indexes were opened.
    """

    folder: Path
    folders: tuple[Folder, ...]
    files: int
    photos: int
    indexed: int
    details: DetailStatus
    pairs: PairStatus
    texts: TextStatus
    problems: tuple[tuple[Path, str], ...]
    descriptor: str
    arithmetic: str
    changing: DescriptorChange | None
    words_model: WordsModelState | None
    judge: str
    judge_device: str
    judges: tuple[str, ...]
    missing: tuple[str, ...]
    repairs: tuple[str, ...]


class Library:
    """A library of photos: folders in, rankings out. Any thread may use it; close it at the end.

    Args:
        folder: the folder of the library's own files; created when absent. None for the default library.
        spec: the descriptor back end; None for the one chosen in this library.
        models: the store of imported models; None for the default one.
        timing: how often folders are checked while they are followed.
        details_later: describe new photos without finding their details, which takes longer than all else; `scan`
            leaves them out too, and another library object's `scan` or `follow` finds them.

    Attributes:
        folder: the folder of the library's own files.
        folders: the watched folders, and how they are watched.
        photos: lists, metadata, pixels and thumbnails.
        search: rankings and explanations.
        judges: all judges, and the one in use.
        descriptor: the descriptor model in use, and changing it.
        words_model: the model beside it by which words find photos, and choosing one.
        models: the models that are installed or can be downloaded.
        model_offer: the multimodal model that is offered on this computer.
        recent_searches: what was searched for last.
        tokens: the visual tokens of multimodal judges.
        details: the local features of photos, by which searches find them too.
        duplicates: groups of duplicates, and cleaning them up.
        trash: photos that the user moves to the trash.
        pairs: what photos are to each other: copies, edits, bursts, other views.
        things: the things and places that photos show.
        closer_looks: the job that looks closer at pairs that may show the same thing.
        labels: what photos show, by which words find them.
        storage: what all this takes on the disk, and freeing what can be made again.
        kinds: which photos are screenshots, documents or receipts.
        texts: the text that is read in photos, by which words find them.
        captions: what a multimodal model has said of photos, by which words find them.
        calibrations: the probabilities that similarities and judges' answers stand for.
        fallback: why the embedded descriptor model is used instead of the chosen one; empty where it is not.

    Raises:
        LookalikeError: the library or its model cannot be opened.
    """

    def __init__(
        self,
        folder: Path | None = None,
        spec: DescriberSpec | None = None,
        models: ModelStore | None = None,
        timing: FollowTiming | None = None,
        details_later: bool = False,
    ) -> None:
        self.folder = folder or app_paths.default_library()
        store = models or ModelStore(app_paths.models())
        self.calibrations = Calibrations(app_paths.calibrations())
        self._catalog = Catalog(self.folder / "catalog.sqlite")
        self.folders = WatchedFolders(self._catalog)
        with ExitStack() as opened:
            opened.callback(self._catalog.close)
            settings = self._catalog.settings
            feature_limit = settings.feature_limit or usual_feature_limit(self.folder)
            cache = ContentCache(self.folder / "cache.sqlite", feature_limit)
            opened.callback(cache.close)
            thumbnails = ThumbnailCache(
                self.folder / "thumbnails.sqlite", settings.thumbnail_limit or THUMBNAIL_BYTES
            )
            opened.callback(thumbnails.close)
            features = FeatureCache(cache)
            inverted = InvertedFile.open(self.folder / "details")
            opened.callback(inverted.close)
            updater = DetailsUpdater(self._catalog.contents, features, inverted)
            opened.callback(updater.close)
            opened.callback(self._catalog.subscribe(updater.update))
            labeller = Labeller(self._catalog)
            opened.callback(self._catalog.subscribe(labeller.update))
            self._label_search = label_search = LabelSearch(self._catalog)
            opened.callback(label_search.close)
            self._checked_details = Details(inverted, features)
            token_store = open_store(self._catalog, self.folder / "tokens")
            # A back end that the caller names is not this library's choice, so it is never migrated from.
            self._fixed = spec is not None
            self._details_later = details_later
            self.fallback = ""
            if spec is None:
                spec, self.fallback = used_spec(store, self._catalog.settings)

            def open_described(chosen: DescriberSpec) -> DescriptorEngine:
                return open_engine(
                    self.folder,
                    self._catalog,
                    thumbnails,
                    features,
                    inverted,
                    chosen,
                    self.folders,
                    timing,
                    details_later,
                )

            self._engines = DescriptorEngines(open_described(spec))
            opened.callback(self._engines.close)
            self.descriptor = DescriptorMigration(
                self.folder, self._catalog, store, self._engines, open_described
            )
            self.words_model = WordsModel(self._catalog, store, self._engines, open_described)
            opened.callback(self.words_model.close)
            photos = QueryPhotos(self._catalog)
            self.photos = PhotoService(self._catalog, photos, thumbnails)
            self.judges = JudgeRegistry(self._catalog.settings, JudgeResources(store, cache, token_store))
            opened.callback(self.judges.close)
            self._opened = opened.pop_all()
        self.models = ModelManager(store, self._release_model)
        self.model_offer = ModelOffer(self._catalog.settings, self.models, self.judges)
        self.recent_searches = RecentSearches(self._catalog.settings)
        self.tokens = TokenPreparation(
            self._catalog,
            token_store,
            self.judges.token_judge,
            photos.candidate,
            self.judges.close,
            lambda name: store.pairs_per_second(name or self.judges.in_use()),
        )
        self.details = DetailPreparation(
            self.folder / "details",
            self._catalog,
            features,
            inverted,
            updater,
            lambda: self._engines.current.reader,
            Throttle(self.folders.pace),
            lambda: self.tokens.searching,
        )
        graph = PairGraph(self._catalog)
        self.duplicates = DuplicateService(self.folder / "clean-ups", self._catalog, graph)
        self.trash = TrashService(self.folder / "trash", self.folder / "clean-ups", self._catalog, graph)
        self.pairs = PairService(
            self._catalog,
            self._engines,
            features,
            thumbnails,
            inverted,
            Throttle(self.folders.pace),
            lambda: self.tokens.searching,
            self.judges,
            photos,
            self.calibrations,
        )
        self.things = ThingService(self._catalog, thumbnails, self._measured_record)
        self.closer_looks = CloserLooks(
            self._catalog,
            self._engines,
            cache,
            photos,
            self.things,
            self.judges,
            Throttle(self.folders.pace),
            lambda: self.tokens.searching,
        )
        self.labels = LabelPreparation(labeller, Throttle(self.folders.pace), lambda: self.tokens.searching)
        self.storage = Storage(
            self.folder, store.folder, freeable_caches(settings, cache, thumbnails, self.tokens)
        )
        self.kinds = KindPreparation(
            self._catalog, thumbnails, Throttle(self.folders.pace), lambda: self.tokens.searching
        )
        self.texts = TextPreparation(
            self._catalog, photos, Throttle(self.folders.pace), lambda: self.tokens.searching
        )
        self.captions = CaptionPreparation(
            self._catalog,
            self.judges.caption_judge,
            photos.candidate,
            Throttle(self.folders.pace),
            lambda: self.tokens.searching,
        )
        self.search = SearchService(
            self._catalog,
            photos,
            self._engines,
            None if self._fixed else self.descriptor,
            self.words_model,
            self.judges,
            self.tokens,
            self.calibrations,
            inverted,
            (label_search, TextSearch(self._catalog), CaptionSearch(self._catalog)),
            ModelSearch(self.words_model.use),
            {"thing": self.things},
        )

    def __enter__(self) -> Library:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop the worker processes and close the files."""
        # In reverse order of opening, as the index writes its last segment while the catalog is still open.
        self._opened.close()

    def __len__(self) -> int:
        """How many photos a search can find."""
        return len(self._engines.current.index)

    def scan(self, folders: Sequence[Folder] | None = None) -> Generator[Progress, None, None]:
        """Bring the library in line with the disk; reads only what changed.

        Pairs, things and texts are left to those who want them, as searches do without: to `pairs`, `things` and
        `texts`, and `follow`.
        """
        with self._engines.use() as engine:
            yield from engine.follower.scan(folders)
            engine.index.flush()
        if folders is None and not self._fixed:
            yield from self.descriptor.steps()
        if folders is None:
            yield from self.words_model.steps()
        yield from self.labels.make()
        yield from self.kinds.make()
        if not self._details_later:
            yield from self.details.make()

    def follow(self, stopped: Callable[[], bool]) -> Generator[Progress, None, None]:
        """Like `scan`, and then apply changes as they happen until `stopped()` is true.

        Where nothing changes, it looks for pairs and things, and reads texts, too.
        """
        ended = False

        def has_ended() -> bool:
            nonlocal ended
            # A caller's yes is remembered, as its next answer may differ.
            ended = ended or stopped()
            return ended

        while not ended:
            with (
                self._engines.use() as engine,
                closing(BackgroundDescribing(self.descriptor)) as migration,
                closing(BackgroundDescribing(self.words_model)) as words_model,
                closing(BackgroundLabels(self.labels)) as labels,
                closing(BackgroundKinds(self.kinds)) as kinds,
                closing(BackgroundDetails(self.details)) as details,
                closing(BackgroundPairs(self.pairs)) as pairs,
                closing(BackgroundThings(self.things)) as things,
                closing(BackgroundLooks(self.closer_looks)) as looks,
                closing(BackgroundTexts(self.texts)) as texts,
                closing(BackgroundCaptions(self.captions)) as captions,
            ):

                def do_a_little() -> Progress | None:
                    working = None if self._fixed else migration.step()
                    working = working or labels.step() or kinds.step() or words_model.step()
                    working = working or details.step() or pairs.step()
                    working = working or things.step() or looks.step()
                    return working or texts.step() or captions.step()

                yield from engine.follower.follow(
                    lambda: has_ended() or self._engines.current is not engine, do_a_little
                )
                engine.index.flush()

    def check(self, everything: bool = False) -> Generator[Progress, None, IntegrityReport]:
        """Compare index and catalog, and repair what is wrong; see `check_and_repair`."""
        sample = None if everything else SAMPLE
        with self._engines.use() as engine, self.words_model.use_own() as words:
            return (yield from check_and_repair(self._catalog, engine, self._checked_details, sample, words))

    def status(self) -> Status:
        """The status of the library."""
        catalog, engine = self._catalog, self._engines.current
        return Status(
            folder=self.folder,
            folders=tuple(self.folders.all()),
            files=catalog.files.count(),
            photos=catalog.contents.count(),
            indexed=len(self),
            details=self.details.status(),
            pairs=self.pairs.status(),
            texts=self.texts.status(),
            problems=tuple(
                sorted(
                    [
                        *catalog.files.problems(),
                        *catalog.annotations.problems(),
                        *catalog.unreadable.problems(),
                    ]
                )
            ),
            descriptor=engine.describer.key,
            arithmetic=arithmetic_words() if engine.spec is not None and engine.spec.kind == EMBEDDED else "",
            changing=None if self._fixed else self.descriptor.state(),
            words_model=self.words_model.state(),
            judge=self.judges.in_use(),
            judge_device=self._judge_device(),
            judges=tuple(self.judges.names()),
            missing=tuple(
                filter(None, [*map(str, self.judges.missing()), self.fallback, self._outdated_calibrations()])
            ),
            repairs=(*engine.index.repairs, *self._checked_details.inverted.repairs),
        )

    def _measured_record(self) -> DescriptorRecord | None:
        """The descriptors in use, if the likeness of things was measured for them."""
        engine = self._engines.current
        return engine.record if engine.spec is not None and engine.spec.kind == EMBEDDED else None

    def speak(self, locale: str) -> None:
        """Take words of the user's own language for what they mean there; at first it is the system's language.

        Args:
            locale: the name of a locale, as in "de" or "pt_BR".
        """
        language = language_of(locale)
        self._label_search.speak(language)
        self.search.speak(language)

    def _judge_device(self) -> str:
        device = recorded_devices(app_paths.judge_devices()).get(self.judges.in_use())
        return "" if device is None else device.words

    def _outdated_calibrations(self) -> str:
        """That calibrations of the user's own no longer apply, in a line for the user; empty where all do."""
        count = self.calibrations.outdated()
        if not count:
            return ""
        fits = Phrase(
            "1 calibration that you fitted is of an earlier version and no longer used. Fit anew."
            if count == 1
            else "{count} calibrations that you fitted are of an earlier version and no longer used. Fit anew.",
            count=count,
        )
        return str(fits)

    def _release_model(self, name: str) -> None:
        """Stop using a model that is to be removed.

        Raises:
            LookalikeError: it describes this library's photos, or is about to.
        """
        if name in (self.descriptor.name, self.descriptor.next_name):
            raise LookalikeError(
                "{name} describes this library's photos.",
                "Use another descriptor model before removing it.",
                name=name,
            )
        if name == self.words_model.name:
            raise LookalikeError(
                "{name} finds photos by words in this library.",
                "Use another model for words before removing it, or none.",
                name=name,
            )
        self.judges.close_judge(name)
