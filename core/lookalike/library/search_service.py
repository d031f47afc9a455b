"""Search service: rankings and explanations for queries, from the engine, the judges and the text index together."""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from lookalike.catalog.catalog import Catalog
from lookalike.catalog.pair_scores import PairScore
from lookalike.catalog.result_verdicts import ResultVerdict
from lookalike.errors import LookalikeError, Phrase
from lookalike.index.inverted import InvertedFile
from lookalike.judges.geometry import GeometricJudge
from lookalike.judges.protocol import Explanation, Judge, JudgePhoto
from lookalike.judges.registry import NO_JUDGE, JudgeRegistry
from lookalike.library.descriptor_engine import DescriptorEngine, DescriptorEngines
from lookalike.library.descriptor_migration import DescriptorMigration
from lookalike.library.search_preferences import read_search_settings, write_search_settings
from lookalike.library.token_preparation import TokenPreparation
from lookalike.library.words_model import WordsModel
from lookalike.log import log_failure
from lookalike.search.answer_worth import AnswerWorth
from lookalike.search.calibration import NO_JUDGE_KEY, Calibrations
from lookalike.search.cascade import PAIRS, SecondJudge
from lookalike.search.comparison import Comparison
from lookalike.search.fusion import Fusion, answer_worth_for, fusion_for
from lookalike.search.hybrid import HybridSearch
from lookalike.search.query import Query
from lookalike.search.query_encoder import EncodedQuery
from lookalike.search.query_photos import QueryPhotos
from lookalike.search.ranking import Ranking, Result
from lookalike.search.settings import SearchSettings
from lookalike.search.user_verdicts import with_verdicts
from lookalike.search.word_search import WordSearch
from lookalike.words.completion import Completion, complete
from lookalike.words.lexicons import system_language
from lookalike.words.model_search import ModelSearch
from lookalike.words.query_filters import FilterSource
from lookalike.words.source import WordSource

logger = logging.getLogger(__name__)


class SearchService:
    """Searches of one library. Any thread may use it.

    Args:
        catalog: the library's catalog.
        photos: reads its photos.
        engines: the descriptor model that answers.
        migration: knows whether another process changed the model; None where the model is fixed.
        words_model: the model by which words find photos.
        judges: the judges that compare candidates with the query.
        tokens: makes visual tokens, and pauses while a search runs.
        calibrations: the probabilities that similarities and judges' answers stand for.
        inverted: has the photos' details vote.
        sources: whatever finds photos by words, beside what the catalog knows.
        model_search: asks the model for words.
        filters: what knows more of filters in query texts than the catalog, by the filters' names.
    """

    def __init__(
        self,
        catalog: Catalog,
        photos: QueryPhotos,
        engines: DescriptorEngines,
        migration: DescriptorMigration | None,
        words_model: WordsModel,
        judges: JudgeRegistry,
        tokens: TokenPreparation,
        calibrations: Calibrations,
        inverted: InvertedFile,
        sources: Sequence[WordSource] = (),
        model_search: ModelSearch | None = None,
        filters: Mapping[str, FilterSource] | None = None,
    ) -> None:
        self._catalog = catalog
        self._photos = photos
        self._engines = engines
        self._migration = migration
        self._words_model = words_model
        self._judges = judges
        self._tokens = tokens
        self._calibrations = calibrations
        self._inverted = inverted
        self._words = WordSearch(catalog, sources, filters, model=model_search)
        self._hybrid = HybridSearch(self._words, photos)
        self._language = system_language()
        # Whether the index still has to catch up with what another process wrote.
        self._behind = False

    @property
    def settings(self) -> SearchSettings:
        """How candidates are judged in this library by default."""
        return read_search_settings(self._catalog.settings)

    @property
    def reads_words(self) -> bool:
        """Whether a model reads words: the one for words, or the descriptor model in use."""
        return self._words_model.reads_words

    @property
    def descriptor_key(self) -> str:
        """Key of the descriptor model in use."""
        return self._engines.current.describer.key

    @property
    def dimension(self) -> int:
        """Length of the descriptors in use."""
        return self._engines.current.describer.dimension

    def descriptors(self) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The descriptors of all photos: content ids (n,), ascending, and unit vectors (n, dimension)."""
        record = self._engines.current.record
        ids = record.ids()
        return ids, record.vectors(ids)

    def encode(self, query: Query, details: bool = False) -> EncodedQuery:
        """A query as a search asks the indexes with it.

        Args:
            query: what is searched for.
            details: whether its local features are wanted too.

        Raises:
            LookalikeError: it cannot be read or described.
        """
        with self._engines.use() as engine:
            return engine.vector_search.encode(query, details)

    def set_settings(self, settings: SearchSettings) -> None:
        """Store how candidates are judged from now on; see `write_search_settings` for what is stored."""
        write_search_settings(self._catalog.settings, settings)

    def fusion(self, judge: Judge | None, weight: float | None = None) -> Fusion:
        """How a similarity and a judge's match are fused into one score, and whether that was calibrated."""
        return self._fusion(self._engines.current, judge, weight)

    def answer_worth(self, first: Judge | None, second: Judge, fusion: Fusion) -> AnswerWorth:
        """What the answers of a judge are worth behind another one, and whether that was calibrated.

        Args:
            first: the judge that goes before; None for nobody.
            second: the judge.
            fusion: that of the first judge.
        """
        return self._answer_worth(self._engines.current, first, second, fusion)

    def _answer_worth(
        self, engine: DescriptorEngine, first: Judge | None, second: Judge, fusion: Fusion
    ) -> AnswerWorth:
        key = NO_JUDGE_KEY if first is None else first.key
        return answer_worth_for(engine.describer.key, key, second.key, fusion, self._calibrations)

    def _fusion(self, engine: DescriptorEngine, judge: Judge | None, weight: float | None) -> Fusion:
        key = NO_JUDGE_KEY if judge is None else judge.key
        return fusion_for(engine.describer.key, key, self._calibrations, weight)

    def rankings(
        self,
        query: Query,
        settings: SearchSettings | None = None,
        judge: str | None = None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Generator[Ranking, None, None]:
        """A stream of rankings: the index's answer at once, then better ones as judged pairs arrive.

        Words find the photos that have them in keywords, texts, names, camera or place, and those that look like what
        they say, by labels and by the model for words; each with its reasons. While that model is being loaded, there
        is a ranking without it. Filters and dates among the words narrow the whole search.

        Where a judge fails, the ranking's notes say so, and the index's answer stands.

        Args:
            query: what to search for.
            settings: how far to search; None for `settings`.
            judge: a judge's name; None for the chosen one.
            cancelled: once it returns true, the stream ends.

        Raises:
            LookalikeError: the query cannot be read or described.
        """
        settings = settings or self.settings
        first, second, note = self._open_judges(judge, settings)
        if self._catalog.changed_elsewhere():
            self._behind = True
            if self._migration is not None:
                self._migration.adopt()
        name, _ = self.identify(query)
        with self._engines.use() as engine, self._tokens.pause_for_search():
            self._catch_up(engine)
            fusion = self._fusion(engine, first, settings.weight)
            behind = None if second is None else self._second_judge(engine, first, second, fusion, settings)
            for ranking in self._hybrid.search(
                engine.vector_search, query, first, fusion, settings, cancelled, behind
            ):
                messages = self._tokens.store.pending_messages() if ranking.final else []
                notes = (*filter(None, [note]), *ranking.notes, *messages)
                yield with_verdicts(replace(ranking, notes=notes), self._said(name))

    def _open_judges(
        self, name: str | None, settings: SearchSettings
    ) -> tuple[Judge | None, Judge | None, str]:
        """The first judge and the one behind it; and why one of them is missing, in a line for the user."""
        try:
            return *self._judges.in_turn(name, settings.judge_options, alone=settings.alone), ""
        except LookalikeError as error:
            log_failure(logger, "Opening the judge", error)
            failed = error
        try:
            quick = NO_JUDGE if settings.alone else self._judges.behind(name)
            first = self._judges.get(quick)
        except LookalikeError:
            first = None
        told = Phrase(
            "Candidates were not checked: {error}" if first is None else "The model was not asked: {error}",
            error=str(failed),
        )
        return first, None, str(told)

    def _second_judge(
        self,
        engine: DescriptorEngine,
        first: Judge | None,
        second: Judge,
        fusion: Fusion,
        settings: SearchSettings,
    ) -> SecondJudge:
        """How a slow judge is asked behind a quick one."""
        worth = self._answer_worth(engine, first, second, fusion)
        pairs = PAIRS if settings.pairs is None else settings.pairs
        return SecondJudge(second, worth, settings.judged(second), pairs)

    def completions(self, text: str, cursor: int) -> list[Completion]:
        """What the word before the cursor of the search bar may become, from what the library has.

        Args:
            text: the text of the search bar.
            cursor: the place of the cursor in it.
        """
        return complete(text, cursor, self._words.filter_values(), self._language)

    def speak(self, language: str) -> None:
        """Offer completions in a language: a code, as in "de"."""
        self._language = language

    def _catch_up(self, engine: DescriptorEngine) -> None:
        """Catch the index up with what another process wrote; if it is busy, a later search does."""
        if not self._behind:
            return
        # Cleared first, so that what another search notices meanwhile is not lost.
        self._behind = False
        caught_up = False
        try:
            self._inverted.sync()
            # Both are tried, whatever the first says.
            caught_up = all([engine.index.try_sync(), self._words_model.try_sync()])
        finally:
            self._behind |= not caught_up

    def identify(self, query: Query) -> tuple[str, int | None]:
        """The name under which the pair scores of a query's own photo are stored, and the library's photo it is.

        Returns:
            The name, empty for words and for images that have none; and the content id of the library's photo that it
            is or is cut from, if any.

        Raises:
            LookalikeError: the photo cannot be read or is no longer there.
        """
        if query.words:
            return "", None
        photo, own = self._photos.of(query)
        return photo.content, own

    def say(self, query: Query, result: Result, same: bool | None) -> bool:
        """Remember what the user said of a result: later rankings of the same query heed it.

        A query of several photos is known by its first one.

        Args:
            query: what was searched for.
            result: the result.
            same: whether it shows the same; None takes back what was said.

        Returns:
            Whether it is remembered; words, and pictures that are to leave no trace, have no name to remember it by.

        Raises:
            LookalikeError: the query's photo cannot be read, or one of the photos is no longer there.
        """
        name, _ = self.identify(query)
        if not name:
            return False
        candidate = self._catalog.contents.one(result.content_id).hash
        if same is None:
            self._catalog.result_verdicts.forget(name, candidate)
            return True
        compared = self.descriptor_key if result.similarity else ""
        self._catalog.result_verdicts.put(
            ResultVerdict(name, candidate, same, compared, result.similarity, result.vote)
        )
        return True

    def verdicts(self, judge: Judge | None) -> list[tuple[ResultVerdict, float | None]]:
        """What the user said of results that the present descriptor model compared, each with a judge's logit.

        Args:
            judge: who judged them; None for nobody.

        Returns:
            The verdicts, by their queries; the logit is None where the judge has not looked.
        """
        compared = self.descriptor_key
        said = [verdict for verdict in self._catalog.result_verdicts.all() if verdict.descriptor == compared]
        logits: dict[tuple[str, str], float] = {}
        for query in dict.fromkeys(verdict.query for verdict in said) if judge is not None else ():
            candidates = [verdict.candidate for verdict in said if verdict.query == query]
            scores = self._catalog.pair_scores.get(judge.key if judge else "", query, candidates)
            logits |= {(query, candidate): score.logit for candidate, score in scores.items()}
        return [(verdict, logits.get((verdict.query, verdict.candidate))) for verdict in said]

    def _said(self, query_content: str) -> dict[int, bool]:
        """What the user said of photos of the library, by content id."""
        said = self._catalog.result_verdicts.of(query_content) if query_content else {}
        numbers = ((self._catalog.contents.photo_of(content), same) for content, same in said.items())
        return {number: same for number, same in numbers if number is not None}

    def stored_scores(
        self, judge: Judge, query_content: str, candidate_ids: Sequence[int]
    ) -> dict[int, PairScore]:
        """A judge's stored scores of a query with photos of the library: candidate → score, without unjudged ones.

        Args:
            judge: who judged them.
            query_content: what `identify` says of the query.
            candidate_ids: content ids of the candidates.
        """
        rows = self._catalog.contents.get(candidate_ids)
        hashes = {rows[number].hash: number for number in candidate_ids}
        kept = self._catalog.pair_scores.get(judge.key, query_content, list(hashes))
        return {hashes[content]: score for content, score in kept.items()}

    def explain(self, query: Query, content_id: int, judge: str | None = None) -> Explanation | None:
        """Why the judge scores a photo as it does; None without a judge.

        Where two judges work together, the second one explains what it was asked about, and the first one the rest.

        Raises:
            LookalikeError: a photo cannot be read, the query is words, or the judge is broken.
        """
        settings = self.settings
        first, second = self._judges.in_turn(judge, settings.judge_options, alone=settings.alone)
        looking = second if second is not None and self._was_asked(second, query, content_id) else first
        if looking is None:
            return None
        with self._engines.use() as engine:
            return engine.vector_search.explain(query, content_id, looking)

    def compared_photo(self, query: Query, content_id: int) -> JudgePhoto:
        """The photo of the query that a photo of the library is compared with.

        Raises:
            LookalikeError: a photo cannot be read, or the query is words.
        """
        with self._engines.use() as engine:
            return engine.vector_search.compared_photo(query, content_id)

    def compare(self, query: Query, content_id: int) -> Comparison | None:
        """A photo beside the one of the query that it is compared with, and the details that both share.

        Details are the geometric judge's affair, whichever judge is chosen; None where there is no such judge.

        Raises:
            LookalikeError: a photo cannot be read, or the query is words.
        """
        looking = self._judges.get(GeometricJudge.name)
        if looking is None:
            return None
        with self._engines.use() as engine:
            return engine.vector_search.compare(query, content_id, looking)

    def _was_asked(self, judge: Judge, query: Query, content_id: int) -> bool:
        """Whether a judge has been asked about a photo, compared with one of the query's."""
        parts = [part for part in (query, *query.positives) if not part.words]
        names = [self.identify(part)[0] for part in parts]
        return any(name and self.stored_scores(judge, name, [content_id]) for name in names)
