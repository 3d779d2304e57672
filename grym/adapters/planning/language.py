"""The planner that asks a language model: advice within bounds, and the rules where there is none.

The model is asked once, and once more with what was wrong with its answer. It has no tools, and its answer is data:
what the person said counts, and every choice comes out of the vocabulary (`grym.domain.composing.advice`). Whatever
keeps it from advising, the rules plan, and the plan says so; asking is bounded in time, and a server that fails again
and again is left alone for a while.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import structlog

from grym.adapters.planning.answers import advice_in, said_in
from grym.adapters.planning.asking import AGAIN, question, request
from grym.adapters.server_wire import Server, Wire, exchanged, named_model
from grym.domain.composing.advice import Advice
from grym.domain.composing.plan import Motif, Plan, Wish
from grym.domain.composing.planner import plan
from grym.errors import AdapterError, GrymError, InvalidRequestError
from grym.ports.breaker import Breaker

MAX_ANSWER_BYTES = 1 << 18
"""A plan and all thoughts about it are a hundredth of it."""
MAX_MODEL_CHARACTERS = 80
TRIES = 2
DEPENDENCY = "llm"


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageSettings:
    """Where the server is, which model is asked, and how long both tries together may take."""

    url: str
    model: str | None = None
    key: str | None = None
    timeout_s: float = 60.0

    @property
    def server(self) -> Server:
        """The server as errors call it."""
        return Server(
            url=self.url,
            called="the language model",
            code="llm",
            variable="GRYM_LLM",
            key=self.key,
            timeout_s=self.timeout_s,
            max_answer_bytes=MAX_ANSWER_BYTES,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Advised:
    """Advice, and the model that gave it."""

    advice: Advice
    model: str


class LanguagePlanner:
    """Plans by the advice of a language model (see `grym.ports.sound.Planner`)."""

    def __init__(self, settings: LanguageSettings, breaker: Breaker) -> None:
        self._settings = settings
        self._breaker = breaker

    async def plan(self, wish: Wish, *, seed: int, parameters: dict[str, float], motifs: tuple[Motif, ...]) -> Plan:
        """Return the plan of a wish; `Plan.planner` is ``llm/MODEL``, or the rules' own name with why it was them."""
        usual = plan(wish, seed=seed, parameters=parameters, motifs=motifs)
        try:
            words = question(wish, usual, motifs)
            advised = await self._breaker.call(lambda: self._asked(words))
            made = plan(wish, seed=seed, parameters=parameters, motifs=motifs, advice=advised.advice)
        except (AdapterError, InvalidRequestError) as error:  # the latter: bars too long at the tempo advised, say
            structlog.get_logger("grym.planning").warning("llm.failed", code=error.code, message=error.message)
            return _by_rules(usual, error)
        return replace(made, planner=f"llm/{advised.model}")

    async def _asked(self, words: str) -> Advised:
        return await exchanged(self._settings.server, lambda wire: _ask(wire, self._settings, words))


def _ask(wire: Wire, settings: LanguageSettings, words: str) -> Advised:
    """Ask, and once more with what was wrong with the answer."""
    model = settings.model or wire.first_model()
    turns: list[Mapping[str, str]] = [{"role": "user", "content": words}]
    for number in range(1, TRIES + 1):
        payload, _ = wire.post(f"{settings.server.base}/chat/completions", request(model, turns))
        try:
            return Advised(advice=advice_in(payload), model=_told(named_model(payload) or model))
        except AdapterError as error:
            if number == TRIES:
                raise
            # In turns, since the templates of many models refuse two questions in a row.
            turns.append({"role": "assistant", "content": said_in(payload)})
            turns.append({"role": "user", "content": AGAIN.format(complaint=error.message)})
    raise AssertionError("there is at least one try")


def _by_rules(usual: Plan, error: GrymError) -> Plan:
    """Return the plan by rules, which says why no model made it."""
    note = f"Planned by rules, since the language model gave no plan: {error.code}."
    return replace(usual, planner=f"{usual.planner}; {error.code}", notes=(*usual.notes, note))


def _told(model: str) -> str:
    """Return the name of a model as it may be told: one line, and short."""
    return "".join(letter for letter in model if letter.isprintable())[:MAX_MODEL_CHARACTERS] or "unnamed"
