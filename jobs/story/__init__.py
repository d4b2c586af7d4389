"""One incident as a value, folded from its entries: what every projection of the trail is made of."""

from jobs.story.cause import Cause, CauseKind, Proof
from jobs.story.episodes import Episode, episodes
from jobs.story.explain import explain
from jobs.story.fact import Fact, fact_of
from jobs.story.fold import Fold, fold
from jobs.story.reading import Shelf, newest_stories, story_of
from jobs.story.story import Attempt, Said, Story, TargetStory, Times, VerdictSaid

__all__ = [
    "Attempt",
    "Cause",
    "CauseKind",
    "Episode",
    "Fact",
    "Fold",
    "Proof",
    "Said",
    "Shelf",
    "Story",
    "TargetStory",
    "Times",
    "VerdictSaid",
    "episodes",
    "explain",
    "fact_of",
    "fold",
    "newest_stories",
    "story_of",
]
