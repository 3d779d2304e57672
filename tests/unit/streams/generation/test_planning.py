"""Planning as long work: the command waits as a job of its own, and its answer is the plan."""

from typing import Any

import pytest

from grym.adapters.planning import RulePlanner
from grym.errors import PermanentError
from grym.ports.effects import EnqueueJob
from schemas.envelope import decode
from schemas.events import GenerationProgressed, PlanMade
from streams.generation import Generation, PlanningWork
from tests.unit.streams.generation.test_generation import PROMPT, FakeTexts, Reports, command_for

TEXTS = {"text://r1/prompt": PROMPT}


async def test_a_plan_that_has_to_be_asked_for_is_a_job(event: Any) -> None:
    """It has a name of its own beside the jobs of the rounds, and carries the whole command."""
    cause = event(command_for(), run_no=3)
    decision = await Generation(planner=None, texts=FakeTexts()).process(cause, None)
    (job,) = decision.effects
    assert decision.outputs == ()
    assert isinstance(job, EnqueueJob)
    assert (job.job_id, job.kind, job.run_no, job.tenant) == ("r1:3:plan", "planning", 3, "acme")
    assert decode(job.message).body == cause.body


async def test_the_answer_is_the_plan_that_was_made(event: Any) -> None:
    """The same as where the rules plan at once."""
    texts, reports = FakeTexts(**TEXTS), Reports()
    (output,) = await PlanningWork(planner=RulePlanner(), texts=texts).work(event(command_for()), reports)
    at_once = await Generation(planner=RulePlanner(), texts=texts).process(event(command_for()), None)
    assert isinstance(output.body, PlanMade)
    assert at_once.outputs == (output,)
    assert reports.told == [("planning", 0.0)]


async def test_an_erased_prompt_ends_the_job(event: Any) -> None:
    """There is nothing to try again."""
    with pytest.raises(PermanentError) as caught:
        await PlanningWork(planner=RulePlanner(), texts=FakeTexts()).work(event(command_for()), Reports())
    assert caught.value.code == "prompt.erased"


def test_progress_tells_that_a_plan_is_being_made(event: Any) -> None:
    """A planning command has no round."""
    work = PlanningWork(planner=RulePlanner(), texts=FakeTexts())
    assert work.progress(event(command_for()), "planning", 0.0) == GenerationProgressed(stage="planning", share=0.0)
