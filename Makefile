# Bare `make` lists the verbs. `make compose` and `make test` do all the set-up themselves, once.

PROMPT  ?= a calm piano nocturne in D minor, 70 bpm
SECONDS ?= 30
SEED    ?= 7
OUT     ?= out
WORKERS ?= 2
SEEDS   ?= 1000

# Given to the recipes through the environment, so that they may hold any quote.
export PROMPT OUT

# As the program itself does it: two cores are spread over processes, and threads of a library would spin for each other.
export OMP_NUM_THREADS ?= 1
export OPENBLAS_NUM_THREADS ?= 1

BIN      := .venv/bin
PACKAGES := grym schemas streams consumers producers
SOURCES  := $(PACKAGES) tests tools $(wildcard examples benchmarks)

.DEFAULT_GOAL := help
.PHONY: help compose test slow simulate test-all test-views test-ml accept accept-quick accept-kafka accept-kafka-quick check lint format format-check types imports drift docs schema coverage mutation \
        bench bench-events bench-events-quick bench-recognition bench-recognition-quick bench-patterns bench-patterns-quick \
        bench-hearing bench-hearing-quick bench-live bench-live-quick bench-music bench-music-quick \
        bench-formal bench-learning bench-learning-quick bench-quality bench-quality-quick gallery \
        soak-patterns examples up wheel packaging doctor system clean

help: ## list these verbs
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# --- set-up, done once and again when the lock changes -------------------------------------------------------------

.venv/.grym-run: uv.lock pyproject.toml tools/setup.sh
	@tools/setup.sh sync run

.venv/.grym-dev: uv.lock pyproject.toml tools/setup.sh
	@tools/setup.sh sync dev

.venv-views/.grym-views: uv.lock pyproject.toml tools/setup.sh
	@tools/setup.sh sync views

.venv-ml/.grym-ml: uv.lock pyproject.toml tools/setup.sh
	@tools/setup.sh sync ml

.venv/.grym-system: | .venv/.grym-run
	@tools/setup.sh system
	@touch $@

system: ## look again for FluidSynth and a SoundFont, and install them where that is allowed
	@tools/setup.sh system

# --- use ------------------------------------------------------------------------------------------------------------

compose: .venv/.grym-run .venv/.grym-system ## compose a piece: PROMPT="…" SECONDS=30 SEED=7 OUT=out
	@$(BIN)/grym compose "$$PROMPT" --seconds $(SECONDS) --seed $(SEED) --out "$$OUT" --plot

up: .venv/.grym-run .venv/.grym-system ## run the processors until stopped
	@$(BIN)/grym up

doctor: .venv/.grym-run ## say what is here, what is missing, and how to add it
	@$(BIN)/grym doctor

# --- proof ----------------------------------------------------------------------------------------------------------

test: .venv/.grym-dev .venv/.grym-system ## the quick test suite
	@$(BIN)/pytest -q -n $(WORKERS) -m "not slow"

slow: .venv/.grym-dev .venv/.grym-system ## the long proofs: acceptance as a user, the wheel far from its sources
	@$(BIN)/pytest -q -m slow

simulate: .venv/.grym-dev ## seeded afternoons of crashes, rebalances and outages in virtual time: SEEDS=1000
	@$(BIN)/python -m tests.simulation.simulate --count $(SEEDS)

test-all: test slow ## every test

accept: .venv/.grym-dev .venv/.grym-system ## the acceptance checks: the program as a user meets it, judged by other libraries
	@$(BIN)/pytest -q tests/acceptance

accept-quick: .venv/.grym-dev .venv/.grym-system ## of those, the piece of the README, what a rating changes, tunes recognised, references followed, live sound
	@$(BIN)/pytest -q tests/acceptance/test_nocturne.py tests/acceptance/test_learning.py tests/acceptance/test_recognition_quick.py tests/acceptance/test_reference_quick.py tests/acceptance/test_live.py

test-views: .venv-views/.grym-views ## the views on Faust, in an environment of their own, on real Kafka
	@.venv-views/bin/pytest -q tests/integration/test_faust_views.py tests/unit/streams/views

test-ml: .venv-ml/.grym-ml ## neural models, in an environment of their own, on tiny ones built from configurations
	@OMP_WAIT_POLICY=passive HF_HUB_OFFLINE=1 .venv-ml/bin/pytest -q tests/ml

accept-kafka: .venv/.grym-dev ## kills, outages and upgrades on real Kafka: an hour
	@GRYM_TEST_KAFKA=required $(BIN)/pytest -q tests/acceptance/kafka

accept-kafka-quick: .venv/.grym-dev ## of those, the short forms
	@GRYM_TEST_KAFKA=required $(BIN)/pytest -q -m "not slow" tests/acceptance/kafka

check: lint format-check types imports drift docs ## everything that reads the code without running it

lint: .venv/.grym-dev ## ruff and codespell
	@$(BIN)/ruff check $(SOURCES)
	@$(BIN)/codespell $(SOURCES) docs *.md Makefile pyproject.toml

format: .venv/.grym-dev ## rewrite the code in the house format
	@$(BIN)/ruff format $(SOURCES)

format-check: .venv/.grym-dev ## fail where the code is not in the house format
	@$(BIN)/ruff format --check $(SOURCES)

types: .venv/.grym-dev ## mypy, strict, over sources and tests
	@$(BIN)/mypy

imports: .venv/.grym-dev ## the import contracts: who may import whom
	@$(BIN)/lint-imports --no-cache

drift: .venv/.grym-dev ## fail where a generated file differs from what the code would generate now
	@$(BIN)/python -m tools.drift

docs: .venv/.grym-dev ## links of the documentation resolve, commands it names exist
	@$(BIN)/python -m tools.check_docs

schema: .venv/.grym-dev ## regenerate schemas, pictures, the CLI page and the licence table
	@$(BIN)/python -m tools.drift --write

coverage: .venv/.grym-dev .venv/.grym-system ## the quick suite with line coverage of the five packages
	@$(BIN)/pytest -q -n $(WORKERS) -m "not slow" --cov --cov-report=term --cov-fail-under=85

mutation: .venv/.grym-dev ## change the contract, the runner and the learner at random: the tests must notice
	@$(BIN)/python -m tools.mutation --demand 0.7

bench: .venv/.grym-dev .venv/.grym-system ## the benchmarks, with the machine they ran on
	@for file in benchmarks/envelope.py benchmarks/frames.py benchmarks/log.py; do echo "== $$file"; $(BIN)/python "$$file" || exit 1; done

bench-events: .venv/.grym-dev benchmarks/peers/.venv/.ready ## the event layer beside its peers, on real Kafka: half an hour
	@$(BIN)/python -m benchmarks.event_layer --peers benchmarks/peers/.venv

bench-events-quick: .venv/.grym-dev ## of it, grym's hop beside the bare loop of the same client: under a minute
	@$(BIN)/python -m benchmarks.event_layer --quick

bench-recognition: .venv/.grym-dev .venv/.grym-system ## recognition beside its peers, under 27 distortions: two hours of processor time
	@$(BIN)/python -m benchmarks.recognition --recordings --peers-every 3

bench-recognition-quick: .venv/.grym-dev .venv/.grym-system ## of it, twenty tunes and twenty strangers under six distortions
	@$(BIN)/python -m benchmarks.recognition --quick

bench-patterns: .venv/.grym-dev ## search, store and caches of pattern memory
	@for module in pattern_search pattern_store caching; do echo "== $$module"; $(BIN)/python -m benchmarks.$$module || exit 1; done

bench-patterns-quick: .venv/.grym-dev ## of them, the short forms
	@for module in pattern_search pattern_store caching; do echo "== $$module"; $(BIN)/python -m benchmarks.$$module --quick || exit 1; done

soak-patterns: .venv/.grym-dev ## two million changes and questions of an index: neither memory nor descriptors grow
	@$(BIN)/python -m benchmarks.pattern_soak

bench-hearing: .venv/.grym-dev .venv/.grym-system benchmarks/peers/hearing/.venv/.ready ## analysis beside librosa and essentia on rendered scores
	@$(BIN)/python -m benchmarks.hearing --split test --contestants grym grym-live librosa essentia --out out/benchmarks

bench-hearing-quick: .venv/.grym-dev .venv/.grym-system ## of it, a few works and no essentia
	@$(BIN)/python -m benchmarks.hearing --quick

bench-live: .venv/.grym-dev ## many live streams at once, embedded and on Kafka
	@$(BIN)/python -m benchmarks.live

bench-live-quick: .venv/.grym-dev ## of them, a few for some seconds
	@$(BIN)/python -m benchmarks.live --quick

bench-music: .venv/.grym-dev .venv/.grym-system ## composing beside notated music of its kind: likeness, wishes followed, variety, craft, speed
	@$(BIN)/python -m benchmarks.music all --split test --out out/benchmarks

bench-music-quick: .venv/.grym-dev .venv/.grym-system ## of it, likeness of a few pieces
	@$(BIN)/python -m benchmarks.music likeness --quick

bench-formal: .venv/.grym-dev ## what each formal law changes, in the score and in the sound: a quarter of an hour
	@$(BIN)/python -m benchmarks.formal && $(BIN)/python -m benchmarks.formal --seeds 4 --sound

bench-learning: .venv/.grym-dev benchmarks/peers/learning/.venv/.ready ## the learner beside others, on simulated listeners: an hour of processor time
	@$(BIN)/python -m benchmarks.learning --peers --out out/benchmarks

bench-learning-quick: .venv/.grym-dev ## of it, two seeds of 300 requests: what must hold in any run
	@$(BIN)/python -m benchmarks.learning --quick

bench-quality: .venv/.grym-dev .venv/.grym-system ## gate and repairs before real recordings with and without faults: half an hour
	@$(BIN)/python -m benchmarks.quality --split test --out out/benchmarks

bench-quality-quick: .venv/.grym-dev .venv/.grym-system ## of it, a few rendered scores
	@$(BIN)/python -m benchmarks.quality --quick

benchmarks/peers/learning/.venv/.ready: benchmarks/peers/learning-requirements.txt | .venv/.grym-dev
	@tools/setup.sh uv venv --quiet --clear --python 3.11 benchmarks/peers/learning/.venv
	@tools/setup.sh uv pip install --quiet --python benchmarks/peers/learning/.venv/bin/python -r $<
	@touch $@

benchmarks/peers/hearing/.venv/.ready: benchmarks/peers/hearing-requirements.txt | .venv/.grym-dev
	@tools/setup.sh uv venv --quiet --clear --python 3.11 benchmarks/peers/hearing/.venv
	@tools/setup.sh uv pip install --quiet --python benchmarks/peers/hearing/.venv/bin/python -r $<
	@touch $@

benchmarks/peers/.venv/.ready: benchmarks/peers/requirements.txt | .venv/.grym-dev
	@tools/setup.sh uv venv --quiet --clear --python 3.11 benchmarks/peers/.venv
	@tools/setup.sh uv pip install --quiet --python benchmarks/peers/.venv/bin/python -r $<
	@touch $@

examples: .venv/.grym-dev .venv/.grym-system ## run every numbered example, in a home of their own
	@home=$$(mktemp -d) && trap 'rm -rf "$$home"' EXIT && chmod 755 "$$home" && \
	for file in examples/[0-9]*.py; do \
	    echo "== $$file"; GRYM_HOME="$$home" $(BIN)/python "$$file" || exit 1; \
	done

gallery: .venv/.grym-dev .venv/.grym-system ## compose and draw the sixteen pieces of docs/gallery.md anew; one of them: NAME=waltz
	@$(BIN)/python examples/gallery.py $(NAME)

wheel: .venv/.grym-run ## build dist/*.whl
	@tools/setup.sh uv build --quiet --wheel --out-dir dist

packaging: .venv/.grym-dev ## the wheel in a clean environment without the sources; break each import contract
	@$(BIN)/pytest -q tests/packaging

clean: ## remove what was built or installed here; recordings in out/ stay
	rm -rf .venv .venv-views .venv-ml .uv dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find $(PACKAGES) tests -name __pycache__ -prune -exec rm -rf {} +
