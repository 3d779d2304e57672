"""Clusters of one's own: nodes die and come back."""

import pytest

from tests.support.kafka import kafka_cluster
from tests.support.kafka_cluster import brokers_of

pytestmark = pytest.mark.usefixtures("jars")


@pytest.mark.slow
async def test_a_killed_node_leaves_and_comes_back() -> None:
    """Three nodes, two after a kill, three again on the same port."""
    async with kafka_cluster(nodes=3) as cluster:
        cluster.kill(2)
        await cluster.ready(nodes=2)
        cluster.start(2)
        await cluster.ready(nodes=3)
        assert await brokers_of(cluster.bootstrap) == 3
