"""Proof that a replay of the learner decides the same."""

import pytest

from grym.runtime.proposals import Proof, Proposals, proof_json, prove
from schemas.events import ParametersProposed
from tests.unit.consumers.replay.afternoon import Afternoon


async def _lived(seed: int) -> Afternoon:
    """Return an afternoon on which pieces were made, rated and asked for again."""
    afternoon = Afternoon(seed=seed)
    await afternoon.live()
    for stars, request_id in enumerate(afternoon.begun, start=1):
        await afternoon.rate(request_id, min(stars, 5))
    while await afternoon.step():
        pass
    for number in range(3):
        await afternoon._ask(f"again{number}")
    while await afternoon.step():
        pass
    return afternoon


async def _proof(afternoon: Afternoon, *, audit: bool) -> Proof:
    begin = min(afternoon.begun.values())
    backend, artifacts, clock = afternoon.backend, afternoon.artifacts, afternoon.clock
    return await prove(begin, afternoon.end, audit=audit, live=backend, artifacts=artifacts, clock=clock)


@pytest.mark.parametrize("seed", range(3))
async def test_an_audit_makes_every_proposal_again(seed: int) -> None:
    """Two audits and a plain reading have one digest, and each is equal."""
    afternoon = await _lived(seed)
    audits = [await _proof(afternoon, audit=True) for _ in range(2)]
    read = await _proof(afternoon, audit=False)
    assert len(read.logged.found) >= 4  # some requests are cancelled before they are asked about
    assert all(proof.equal for proof in (*audits, read)), audits[0].report.to_json()["differences"]
    assert {proof.again.sha256 for proof in (*audits, read)} == {read.logged.sha256}
    assert all(set(proof.again.found) == set(read.logged.found) for proof in audits)


async def test_a_proposal_that_was_changed_is_found() -> None:
    """An audit that made something else is not equal, whatever its report says of the rest."""
    proof = await _proof(await _lived(1), audit=True)
    name = min(proof.again.found)
    proof.again.found[name] = b"{}"
    assert not proof.equal
    assert proof_json(proof)["proposals_sha256"] != proof_json(proof)["logged_sha256"]


async def test_only_proposals_count() -> None:
    """Of a log, other events and erased ones leave no trace in the digest."""
    afternoon = await _lived(2)
    found = Proposals()
    told = await afternoon.backend.history.of_request(min(afternoon.begun))
    for record in told:
        found.add(tuple(record.headers), record.value)
        found.add(tuple(record.headers), None)
    assert len(found.found) == 1
    assert any(ParametersProposed.TYPE.encode() in value for record in told for _, value in record.headers)
