"""The works of both splits are different works, and each belongs where its name says."""

import json

import pytest

from benchmarks.hearing.scores import corpus_root, group_of
from benchmarks.hearing.works import KINDS, NAMES, SPLITS, split_of

PINNED = json.loads(NAMES.read_text())


def test_no_work_is_in_both_splits() -> None:
    """Not even another movement of it, nor a tune of the same title from another book."""
    groups = {split: {group_of(name) for names in PINNED[split].values() for name in names} for split in SPLITS}
    assert not groups["dev"] & groups["test"]


@pytest.mark.parametrize("split", SPLITS)
def test_every_work_is_there_and_in_its_split(split: str) -> None:
    """The files exist in the corpus, the hash puts them here, and no kind has more than it should."""
    for kind, names in PINNED[split].items():
        assert len(names) <= KINDS[kind][SPLITS.index(split)]
        for name in names:
            assert (corpus_root() / name.partition("#")[0]).exists()
            assert split_of(name, kind) == split
