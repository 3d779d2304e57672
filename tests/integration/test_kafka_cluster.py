"""Clusters of one's own: nodes die and come back."""

import pytest

from tests.support.kafka import kafka_cluster, skip_or_fail
from tests.support.kafka_cluster import brokers_of
from tests.support.kafka_jars import KafkaMissingError, classpath, java, setting


@pytest.fixture(autouse=True)
def jars() -> None:
    """Nodes can be killed only where they were started from the jars."""
    if setting("GRYM_TEST_KAFKA") not in {"", "required"}:
        pytest.skip("the broker that GRYM_TEST_KAFKA names is not ours to kill")
    try:
        java()
        classpath()
    except KafkaMissingError as missing:
        skip_or_fail(missing)


@pytest.mark.slow
async def test_a_killed_node_leaves_and_comes_back() -> None:
    """Three nodes, two after a kill, three again on the same port."""
    async with kafka_cluster(nodes=3) as cluster:
        cluster.kill(2)
        await cluster.ready(nodes=2)
        cluster.start(2)
        await cluster.ready(nodes=3)
        assert await brokers_of(cluster.bootstrap) == 3
