"""Word search: one ranked list from everything that finds photos by words, each with the reasons why.

A text is taken apart (`lookalike.words.query_syntax`). Filters and dates with a year say which photos may be found at
all. Every source answers the words by itself, and the lists are fused by reciprocal ranks (`fused`). Where the catalog
knows some of the words and not the others, as of "paris dog", the sources are also asked for the others among the
photos that have the first. What has a minus before it is left out where the catalog or a label has it for certain, and
a dual encoder is asked for photos that suit it less.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial

import numpy as np

from lookalike.catalog.catalog import Catalog
from lookalike.catalog.filters import Filters
from lookalike.errors import LookalikeError, Phrase
from lookalike.log import log_failure
from lookalike.search.word_notes import (
    empty_answer,
    nothing_looks_like,
    nothing_then,
    nothing_to_look_for,
    only_names,
)
from lookalike.terms import terms_of
from lookalike.words.dates import find_dates
from lookalike.words.fact_search import FactSearch, content_words
from lookalike.words.model_search import ModelSearch
from lookalike.words.query_filters import FilterSource, Ids, QueryFilters, both, minus, union
from lookalike.words.query_syntax import DateToken, TextQuery, Token, parse
from lookalike.words.source import Reason, WordHit, WordSource
from lookalike.words.spelling import SURE_LETTERS

logger = logging.getLogger(__name__)

RANK_OFFSET = 60
"""k of reciprocal rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009): the paper's. A fitted mixture of scores is no
better (docs/benchmarks.md, "Words")."""

CORRECTED_WEIGHT = 0.5
"""Of what is found by other words than were written."""

_REASONED = ("camera", "folder", "keyword", "lens", "name", "place", "title")
"""Filters that are a reason to be found too."""


_Ask = Callable[[Sequence[str], int, Ids | None, list[str]], list[WordHit]]
"""Asks a source for words among some photos, at most so many; takes lines for the user."""


@dataclass(frozen=True)
class FoundPhoto:
    """A photo that words have found.

    Attributes:
        content_id: the photo.
        score: what the answer is ordered by.
        reasons: why it was found, the most telling first.
        similarity: the cosine by which the model has found it; 0 where it has not.
    """

    content_id: int
    score: float
    reasons: tuple[Reason, ...]
    similarity: float = 0.0


@dataclass(frozen=True)
class WordAnswer:
    """What words have found.

    Attributes:
        query: the text, taken apart.
        photos: best first; those with a reason that is certain before the others.
        sure: how many of the first are certain.
        allowed_ids: the only photos that may be found, by the text's filters and dates, ascending; None for all.
        notes: lines for the user.
    """

    query: TextQuery
    photos: tuple[FoundPhoto, ...]
    sure: int
    allowed_ids: Ids | None
    notes: tuple[str, ...]


@dataclass
class _Lists:
    """Ranked lists to be fused, with their weights; the reasons of all photos in them, and which have a sure one.

    Those of the model also have similarities.
    """

    ranked: list[tuple[float, list[int]]] = field(default_factory=list)
    reasons: dict[int, list[Reason]] = field(default_factory=dict)
    sure: set[int] = field(default_factory=set)
    similarities: dict[int, float] = field(default_factory=dict)

    def add(self, hits: Sequence[WordHit], weight: float = 1.0) -> None:
        ids = list(dict.fromkeys(hit.content_id for hit in hits))
        if ids:
            self.ranked.append((weight, ids))
        for hit in hits:
            if hit.reason.certain:
                self.sure.add(hit.content_id)
            some = self.reasons.setdefault(hit.content_id, [])
            if hit.reason not in some:
                some.append(hit.reason)


class WordSearch:
    """Finds photos by words, filters and dates. Any thread may use it.

    Args:
        catalog: the library's catalog.
        sources: whatever finds photos by what they look like or what is written in them.
        filters: what knows more of filters than the catalog, by the filters' names.
        today: tells the day that "yesterday" is counted from.
        model: finds photos by a dual encoder, which always finds some.
    """

    def __init__(
        self,
        catalog: Catalog,
        sources: Sequence[WordSource] = (),
        filters: Mapping[str, FilterSource] | None = None,
        today: Callable[[], date] = date.today,
        model: ModelSearch | None = None,
    ) -> None:
        self._catalog = catalog
        self._facts = FactSearch(catalog)
        self._sources = tuple(sources)
        self._filters = QueryFilters(catalog, self._facts, filters)
        self._today = today
        self._model = model

    def parse(self, text: str) -> TextQuery:
        """Take a query text apart."""
        return parse(text, self._today())

    @property
    def model_is_ready(self) -> bool:
        """Whether the model answers at once, or there is none; else it has to be loaded first."""
        try:
            return self._model is None or self._model.is_ready
        except LookalikeError:
            # The search says so.
            return True

    def search(
        self,
        text: str,
        filters: Filters,
        k: int,
        excluded: Sequence[str] = (),
        ask_model: bool = True,
    ) -> WordAnswer:
        """The photos that a text asks for, best first.

        Args:
            text: as it was typed.
            filters: those set beside the text.
            k: photos at most; 0 to learn only which may be found.
            excluded: texts; what has all the words of one is left out.
            ask_model: whether the model is asked, too.

        Raises:
            FilterError: a filter names what there is not.
        """
        query = self.parse(text)
        allowed, notes = self._filters.allowed(query, filters, self._today())
        taken = {token: self._filters.taken(token.date) for token in query.dates}
        for token in query.dates:
            if not token.date.recurring:
                named = union([taken[token], self._named(token)])
                allowed = named if allowed is None else both(allowed, named)
        allowed = self._without(query.excluded, excluded, allowed)
        if text.strip() and not (
            query.words or query.dates or query.excluded or any(one.value for one in query.filters)
        ):
            notes = notes or [nothing_to_look_for(text)]
            return WordAnswer(query, (), 0, np.zeros(0, np.int64), tuple(notes))
        if not k:
            return WordAnswer(query, (), 0, allowed, tuple(notes))
        words = [token.value for token in query.words]
        recurring = [token for token in query.dates if token.date.recurring]
        asked = _in_order(query, recurring)
        if words or recurring:
            unwanted = [token.value for token in query.excluded]
            unwanted += [phrase for phrase in (self.parse(text).phrase for text in excluded) if phrase]
            model = partial(self._ask_model, unwanted) if ask_model and self._model is not None else None
            lists, more = self._lists(query, asked, recurring, taken, allowed, k, model)
            notes += more
        else:
            lists = _Lists([(1.0, self._newest(query, taken, allowed, k))])
            if not lists.ranked[0][1]:
                notes.append(nothing_then(text))
        # What is known or sure comes first; sorting keeps the order among photos that are as sure.
        photos = sorted(fused(lists.ranked), key=lambda entry: entry[0] not in lists.sure)[:k]
        reasons = self._reasons(query, [number for number, _ in photos], lists, taken)
        return WordAnswer(
            query,
            tuple(
                FoundPhoto(number, score, reasons[number], lists.similarities.get(number, 0.0))
                for number, score in photos
            ),
            len(photos) if not lists.reasons else sum(number in lists.sure for number, _ in photos),
            allowed,
            tuple(notes),
        )

    def filter_values(self) -> dict[str, list[tuple[str, int]]]:
        """The values that filters in texts can take, by the filters' names, with how many photos have each."""
        return self._filters.values()

    def _lists(
        self,
        query: TextQuery,
        asked: list[str],
        recurring: Sequence[DateToken],
        taken: Mapping[DateToken, Ids],
        allowed: Ids | None,
        k: int,
        model: _Ask | None,
    ) -> tuple[_Lists, list[str]]:
        lists = _Lists()
        notes: list[str] = []
        phrase = " ".join(asked)
        facts = self._facts.search(asked, phrase, k, allowed)
        lists.add(facts)
        looks = [self._ask(source, asked, k, allowed, notes) for source in self._sources]
        for hits in looks:
            lists.add(hits)
        by_model = model(asked, k, allowed, notes) if model is not None else []
        lists.add(by_model)
        lists.similarities.update((hit.content_id, hit.score) for hit in by_model)
        if recurring:
            lists.add(self._in_season(query, recurring, taken, allowed, k))
        lists_before = len(lists.ranked)
        self._add_parts(lists, query, recurring, taken, allowed, k, notes, model)
        parts = len(lists.ranked) > lists_before
        # A date is no slip.
        corrected = None if facts or parts or not query.words else self._facts.corrected(asked)
        if corrected is not None:
            changed = [(was, now) for was, now in zip(asked, corrected, strict=True) if was != now]
            seen = any(looks)
            if not seen or all(len(was) >= SURE_LETTERS for was, _ in changed):
                hits = self._facts.search(corrected, " ".join(corrected), k, allowed)
                lists.add(hits, CORRECTED_WEIGHT)
                if hits and not seen:
                    for was, now in changed:
                        notes.append(
                            str(Phrase("No photo has “{was}”; these have “{now}”.", was=was, now=now))
                        )
        if not lists.ranked:
            elsewhere = self._facts.count(asked) if allowed is not None else 0
            notes.append(empty_answer(phrase, bool(self._sources), elsewhere))
        elif self._sources and not any(looks) and not by_model and not parts and only_names(facts):
            # The list is cut at k photos, and the line tells of all.
            notes.append(nothing_looks_like(phrase, facts, max(self._facts.count(asked, allowed), 1)))
        return lists, notes

    def _add_parts(
        self,
        lists: _Lists,
        query: TextQuery,
        recurring: Sequence[DateToken],
        taken: Mapping[DateToken, Ids],
        allowed: Ids | None,
        k: int,
        notes: list[str],
        model: _Ask | None,
    ) -> None:
        """Ask for some words among the photos of which the catalog has the others."""
        words = content_words([token.value for token in query.words])
        asking: list[_Ask] = [partial(self._ask, source) for source in self._sources]
        asking += [model] if model is not None else []
        if not asking or not words or len(words) + len(recurring) < 2:
            return
        known = {word: ids for word in words if len(ids := self._facts.ids([word]))}
        rest = [word for word in words if word not in known]
        dated = [union([taken[token], self._named(token)]) for token in recurring]
        if not rest or not (known or dated):
            return
        narrowed = allowed
        for ids in [*known.values(), *dated]:
            narrowed = ids if narrowed is None else both(narrowed, ids)
        if narrowed is None or not len(narrowed):
            return
        wanted = self._catalog.facts.wanted(list(known))
        for ask in asking:
            hits = ask(rest, k, narrowed, notes)
            lists.add(hits)
            found = self._facts.reasons([hit.content_id for hit in hits], wanted) if wanted else {}
            for number, reasons in found.items():
                lists.reasons[number] += [one for one in reasons if one not in lists.reasons[number]]

    def _ask(
        self, source: WordSource, words: Sequence[str], k: int, allowed: Ids | None, notes: list[str]
    ) -> list[WordHit]:
        """What a source finds; one that is broken finds nothing, and a note says so."""
        try:
            return source.search(words, " ".join(words), k, allowed)
        except LookalikeError as error:
            log_failure(logger, f"Searching {source.name}", error)
            _add_note(notes, str(Phrase("What photos show was not searched: {error}", error=str(error))))
            return []

    def _ask_model(
        self, unwanted: Sequence[str], words: Sequence[str], k: int, allowed: Ids | None, notes: list[str]
    ) -> list[WordHit]:
        """What the model finds, likewise."""
        assert self._model is not None
        try:
            return self._model.search(words, " ".join(words), k, allowed, unwanted)
        except LookalikeError as error:
            log_failure(logger, f"Searching {self._model.name}", error)
            _add_note(notes, str(Phrase("The model for words was not asked: {error}", error=str(error))))
            return []

    def _in_season(
        self,
        query: TextQuery,
        recurring: Sequence[DateToken],
        taken: Mapping[DateToken, Ids],
        allowed: Ids | None,
        k: int,
    ) -> list[WordHit]:
        """Photos taken on days that come back every year, which have the other words."""
        ids = allowed
        for token in recurring:
            ids = taken[token] if ids is None else both(ids, taken[token])
        words = [token.value for token in query.words]
        if words:
            return self._facts.search(words, " ".join(words), k, ids)
        assert ids is not None
        # The reason is given with those of all dates.
        newest: list[int] = self._catalog.filters.newest_first(ids)[:k].tolist()
        dates = self._dates(newest)
        return [WordHit(number, 0.0, reason) for number in newest for reason in dates[number]]

    def _newest(
        self, query: TextQuery, taken: Mapping[DateToken, Ids], allowed: Ids | None, k: int
    ) -> list[int]:
        """All that may be found: what was taken then before what only says so, the newest first."""
        ids = self._catalog.filters.matching(Filters()) if allowed is None else allowed
        ids = self._catalog.filters.newest_first(ids)
        if query.dates:
            dated = np.ones(len(ids), np.bool_)
            for token in query.dates:
                dated &= np.isin(ids, taken[token])
            ids = np.concatenate([ids[dated], ids[~dated]])
        newest: list[int] = ids[:k].tolist()
        return newest

    def _named(self, token: DateToken) -> Ids:
        """The photos that have the words of a date in their names or texts: a folder called "Summer 2019"."""
        return self._facts.ids([_spaced(text) for text in token.texts if _spaced(text)])

    def _without(self, tokens: Sequence[Token], texts: Sequence[str], allowed: Ids | None) -> Ids | None:
        unwanted: list[Ids] = []
        for token in tokens:
            unwanted.append(self._facts.ids([token.value]))
            unwanted += map(self._filters.taken, find_dates([token.value], self._today()))
            unwanted.append(self._surely([token.value]))
        for text in texts:
            words = [token.value for token in self.parse(text).words]
            unwanted += [self._facts.ids(words), self._surely(words)]
        if not unwanted:
            return allowed
        ids = self._catalog.filters.matching(Filters()) if allowed is None else allowed
        return minus(ids, union(unwanted))

    def _surely(self, words: Sequence[str]) -> Ids:
        """The photos that surely look like what words say."""
        if not words:
            return np.zeros(0, np.int64)
        count = self._catalog.contents.count()
        found = {
            hit.content_id
            for source in self._sources
            for hit in self._ask(source, words, count, None, [])
            if hit.reason.certain
        }
        return np.array(sorted(found), np.int64)

    def _reasons(
        self,
        query: TextQuery,
        content_ids: Sequence[int],
        lists: _Lists,
        taken: Mapping[DateToken, Ids],
    ) -> dict[int, tuple[Reason, ...]]:
        found: dict[int, list[Reason]] = {
            number: list(lists.reasons.get(number, ())) for number in content_ids
        }
        for token in query.filters:
            if token.name in _REASONED and token.value and not token.negated:
                wanted = self._catalog.facts.wanted([token.value], token.name)
                for number, reasons in self._facts.reasons(content_ids, wanted).items():
                    found[number] += [one for one in reasons if one.kind == token.name]
        ids = np.array(content_ids, np.int64)
        for days in query.dates:
            named = [number for number in ids[~np.isin(ids, taken[days])].tolist() if not days.date.recurring]
            words = self._catalog.facts.wanted([_spaced(text) for text in days.texts if _spaced(text)])
            for number, reasons in self._facts.reasons(named, words).items():
                found[number] += reasons
            dated: list[int] = ids[np.isin(ids, taken[days])].tolist()
            for number, reasons in self._dates(dated).items():
                found[number] += reasons
        return {number: tuple(dict.fromkeys(reasons)) for number, reasons in found.items()}

    def _dates(self, content_ids: Sequence[int]) -> dict[int, list[Reason]]:
        """The days on which photos were taken, as reasons."""
        rows = self._catalog.contents.get(content_ids)
        return {
            number: [Reason("date", row.taken_at[:10], certain=True)] if row.taken_at else []
            for number, row in rows.items()
        }


def fused(
    ranked: Sequence[tuple[float, Sequence[int]]], offset: float = RANK_OFFSET
) -> list[tuple[int, float]]:
    """Ranked lists as one, by the weighted sum of their reciprocal ranks; best first.

    Args:
        ranked: each list's weight, and its ids, best first.
        offset: added to every rank, so that the first places differ less.
    """
    scores: dict[int, float] = {}
    for weight, ids in ranked:
        for rank, number in enumerate(ids, start=1):
            scores[number] = scores.get(number, 0.0) + weight / (offset + rank)
    # Sorting keeps the order of the lists among photos that are as good.
    return sorted(scores.items(), key=lambda entry: -entry[1])


def _add_note(notes: list[str], note: str) -> None:
    if note not in notes:
        notes.append(note)


def _spaced(text: str) -> str:
    """A text as its terms: one word, or a phrase of several, as of "2019-05"."""
    return " ".join(terms_of(text))


def _in_order(query: TextQuery, recurring: Sequence[DateToken]) -> list[str]:
    """The words and the dates that come back every year, as they were written: "christmas tree"."""
    placed: list[tuple[int, list[str]]] = [(token.start, [token.value]) for token in query.words]
    placed += [(token.start, list(token.texts)) for token in recurring]
    return [text for _, texts in sorted(placed) for text in texts]
