"""The workflows, and which command each step sends.

compose: recall, learned parameters and the study of a source → plan → generate → features → rate →
(adapt, again ≤ 3) → remember.
analyze: features and rate side by side; recall (recognition) once there are features.
learn: imprint → remember. recognise: imprint → recall. change: change. enhance: enhance. listen: listen, which nobody
is told to do.
"""

import hashlib
from collections.abc import Callable

from grym.domain.workflow import Loop, Step, Workflow
from schemas.body import ArtifactRef, Body
from schemas.commands import (
    ANONYMOUS,
    ChangePatterns,
    EnhanceAudio,
    ExtractFeatures,
    GenerateMusic,
    MakePlan,
    ProposeParameters,
    RateQuality,
    RecallPatterns,
    RememberPatterns,
    StudySource,
    TakeImprint,
)
from schemas.events import (
    AudioEnhanced,
    FeaturesExtracted,
    ImprintTaken,
    MusicGenerated,
    ParametersProposed,
    PatternsChanged,
    PatternsRecalled,
    PatternsRemembered,
    PlanMade,
    QualityRated,
    SourceStudied,
)
from schemas.live import StreamEnded
from schemas.music import Analysis, AnalysisSummary
from streams.coordinator.parameters import served
from streams.coordinator.run import Run
from streams.coordinator.standing import settings_of
from streams.processor import Output

MAX_ROUNDS = 3
DIGEST_CHARACTERS = 16

COMPOSE = Workflow(
    name="compose",
    version=1,
    steps=(
        Step(name="recall"),
        Step(name="study"),
        Step(name="parameters"),
        Step(name="plan", needs=("recall", "study", "parameters")),
        Step(name="generate", needs=("plan",)),
        Step(name="features", needs=("generate",)),
        Step(name="rate", needs=("generate", "features")),
        Step(name="remember", needs=("rate",)),
    ),
    loop=Loop(judge="rate", back_to="generate", limit=MAX_ROUNDS),
)

ANALYZE = Workflow(
    name="analyze",
    version=1,
    steps=(
        Step(name="features"),
        Step(name="rate"),
        Step(name="recall", needs=("features",)),
    ),
)

LEARN = Workflow(
    name="learn",
    version=1,
    steps=(Step(name="imprint"), Step(name="remember", needs=("imprint",))),
)

RECOGNISE = Workflow(
    name="recognise",
    version=1,
    steps=(Step(name="imprint"), Step(name="recall", needs=("imprint",))),
)

CHANGE = Workflow(name="change", version=1, steps=(Step(name="change"),))

ENHANCE = Workflow(name="enhance", version=1, steps=(Step(name="enhance"),))

LISTEN = Workflow(name="listen", version=1, steps=(Step(name="listen"),))

WORKFLOWS = {workflow.name: workflow for workflow in (COMPOSE, ANALYZE, LEARN, RECOGNISE, CHANGE, LISTEN, ENHANCE)}

STEP_OF_ANSWER: dict[type[Body], str] = {
    PatternsRecalled: "recall",
    ParametersProposed: "parameters",
    PlanMade: "plan",
    MusicGenerated: "generate",
    FeaturesExtracted: "features",
    QualityRated: "rate",
    PatternsRemembered: "remember",
    ImprintTaken: "imprint",
    PatternsChanged: "change",
    StreamEnded: "listen",
    SourceStudied: "study",
    AudioEnhanced: "enhance",
}


def command_of(step: str, run: Run) -> Output:
    """Build the command that a step of a run sends."""
    return _COMMANDS[run.kind, step](run)


def round_seed(seed: int, *, number: int) -> int:
    """Return the seed of a round: the request's own in the first, another one in every further round."""
    if number == 1:
        return seed
    return int.from_bytes(hashlib.sha256(f"{seed}:{number}".encode()).digest()[:4], "big")


def _recall_for_composition(run: Run) -> Output:
    assert run.composition is not None
    command = RecallPatterns(
        purpose="compose",
        pattern_ids=run.composition.pattern_ids,
        style="" if "style" in run.follows else run.style,
        mode="" if "mode" in run.follows else run.mode,
        user=run.request.user,
        refers_back=run.refers_back,
    )
    return Output(body=command)


def _study(run: Run) -> Output:
    wish = run.composition
    assert wish is not None
    assert wish.source is not None
    return Output(body=StudySource(source=wish.source))


def _propose(run: Run) -> Output:
    question = ProposeParameters(
        user=run.request.user, style=run.style, mood=run.mood, defaults=run.defaults, fixed=run.fixed
    )
    return Output(body=question)


def _plan(run: Run) -> Output:
    wish, answers = run.composition, run.answers
    assert wish is not None
    assert answers.recall is not None
    proposed = served(run)
    assert proposed is not None
    return Output(
        body=MakePlan(
            prompt_ref=run.prompt_ref,
            seconds=wish.seconds,
            seed=run.seed,
            tempo_bpm=wish.tempo_bpm,
            key=wish.key,
            metre=wish.metre,
            style=wish.style,
            parameters=proposed.parameters,
            motifs=answers.recall.motifs,
            last=answers.recall.last,
            definition=wish.definition,
            open_length=wish.open_length,
            formal=wish.formal,
            heard=answers.study.facts if answers.study else None,
            rework=wish.rework,
        )
    )


def _generate(run: Run) -> Output:
    assert run.plan is not None
    assert run.composition is not None
    assert run.answers.recall is not None
    wish, studied = run.composition, run.answers.study
    return Output(
        body=GenerateMusic(
            plan=run.plan,
            seed=round_seed(run.seed, number=run.round),
            backend=run.composition.backend,
            motifs=run.answers.recall.motifs,
            round=run.round,
            priority=run.composition.priority,
            deadline_at=run.due_at,
            source=studied.score if studied else None,
            source_sha256=wish.source.sha256 if wish.source else "",
            heard=studied.facts if studied else None,
            rework=wish.rework,
            whose=hashlib.sha256(run.request.user.encode()).hexdigest()[:DIGEST_CHARACTERS],
            settings=settings_of(run),
        ),
        attempt=run.round,
    )


def _features_of_piece(run: Run) -> Output:
    assert run.answers.generate is not None
    return Output(
        body=ExtractFeatures(audio=_sound(run.answers.generate.audio), round=run.round),
        attempt=run.round,
    )


def _rate_piece(run: Run) -> Output:
    generated = run.answers.generate
    assert generated is not None
    return Output(
        body=RateQuality(
            purpose="composition",
            audio=generated.audio,
            analysis=_summary(run),
            plan=run.plan,
            score_checks=generated.score_checks,
            round=run.round,
        ),
        attempt=run.round,
    )


def _remember(run: Run) -> Output:
    generated, features, plan = run.answers.generate, run.answers.features, run.plan
    assert generated is not None
    assert plan is not None
    command = RememberPatterns(
        imprint=features.imprint if features else None,
        motifs=generated.motifs,
        name=plan.title,
        style=plan.style,
        mode=plan.tonality.mode,
        used=tuple(dict.fromkeys(use.pattern_id for use in generated.uses)),
    )
    return Output(body=command, key=command.collection)


def _features_of_recording(run: Run) -> Output:
    wish = run.analysis
    assert wish is not None
    return Output(
        body=ExtractFeatures(audio=wish.audio, embedding=wish.embedding, full=wish.full, max_seconds=wish.max_seconds)
    )


def _recognise(run: Run) -> Output:
    assert run.answers.features is not None
    return Output(body=RecallPatterns(purpose="recognise", imprint=run.answers.features.imprint, user=_session(run)))


def _imprint(run: Run) -> Output:
    wish = run.learning or run.recognition
    assert wish is not None
    return Output(body=TakeImprint(audio=wish.audio, max_seconds=wish.max_seconds))


def _learn(run: Run) -> Output:
    wish, taken = run.learning, run.answers.imprint
    assert wish is not None
    assert taken is not None
    command = RememberPatterns(
        imprint=taken.imprint,
        name=wish.name,
        tags=wish.tags,
        category=wish.category,
        collection=wish.collection,
        asked=True,
    )
    return Output(body=command, key=command.collection)


def _session(run: Run) -> str:
    """Return whose questions follow each other; those of nobody in particular do not."""
    return "" if run.request.user == ANONYMOUS else run.request.user


def _ask_memory(run: Run) -> Output:
    wish, taken = run.recognition, run.answers.imprint
    assert wish is not None
    assert taken is not None
    return Output(
        body=RecallPatterns(
            purpose="recognise",
            imprint=taken.imprint,
            top=wish.top,
            collection=wish.collection,
            user=_session(run),
        )
    )


def _change(run: Run) -> Output:
    wish = run.change
    assert wish is not None
    told = {name: getattr(wish, name) for name in ChangePatterns.__struct_fields__ if name != "note_ref"}
    command = ChangePatterns(**told, note_ref=run.prompt_ref)
    return Output(body=command, key=command.collection)


def _enhance(run: Run) -> Output:
    wish = run.enhancement
    assert wish is not None
    command = EnhanceAudio(
        audio=wish.audio,
        stages=wish.stages,
        dry_run=wish.dry_run,
        max_seconds=wish.max_seconds,
        deadline_at=run.due_at,
    )
    return Output(body=command)


def _rate_recording(run: Run) -> Output:
    assert run.analysis is not None
    return Output(
        body=RateQuality(
            purpose="recording",
            audio=run.analysis.audio,
            max_seconds=run.analysis.max_seconds,
            profile=run.analysis.profile,
        )
    )


def _sound(audio: ArtifactRef | None) -> ArtifactRef:
    assert audio is not None
    return audio


def _summary(run: Run) -> AnalysisSummary | None:
    return None if run.answers.features is None else summary_of(run.answers.features.analysis)


def summary_of(analysis: Analysis) -> AnalysisSummary:
    """Return the few facts of an analysis that decisions need."""
    return AnalysisSummary(**{name: getattr(analysis, name) for name in AnalysisSummary.__struct_fields__})


_COMMANDS: dict[tuple[str, str], Callable[[Run], Output]] = {
    ("compose", "recall"): _recall_for_composition,
    ("compose", "study"): _study,
    ("compose", "parameters"): _propose,
    ("compose", "plan"): _plan,
    ("compose", "generate"): _generate,
    ("compose", "features"): _features_of_piece,
    ("compose", "rate"): _rate_piece,
    ("compose", "remember"): _remember,
    ("analyze", "features"): _features_of_recording,
    ("analyze", "recall"): _recognise,
    ("analyze", "rate"): _rate_recording,
    ("learn", "imprint"): _imprint,
    ("learn", "remember"): _learn,
    ("recognise", "imprint"): _imprint,
    ("recognise", "recall"): _ask_memory,
    ("change", "change"): _change,
    ("enhance", "enhance"): _enhance,
}
