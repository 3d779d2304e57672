"""Change the code in small ways and see whether the tests notice.

Contract, runner and learning are where a mistake loses or doubles something, so these are changed: one comparison,
condition, number, sign, result, call or raise at a time, in a copy of the checkout, each time with the tests of that
module. A change that makes no test fail has survived. The sample is drawn by a seed, so a run can be repeated. The
tests of a file go in stages, its own first, so that most changes are noticed within a second or two.

    python -m tools.mutation [--sample 120] [--seed 0] [--only consumers/runner] [--demand 0.7]

Reference: DeMillo, Lipton and Sayward (1978), "Hints on test data selection".
"""

import argparse
import ast
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
COPIED = (
    "grym",
    "schemas",
    "streams",
    "consumers",
    "producers",
    "tests",
    "docs",
    "tools",
    "pyproject.toml",
    "README.md",
)
# Far above what the tests of one module take; a change that makes them endless has been noticed.
LIMIT_S = 120.0

# Files whose changes are tried, and the tests that should notice, stage by stage; {name} and {folder}
# are the file's own.
CHECKED: dict[str, tuple[str, ...]] = {
    "schemas/attributes.py": ("tests/unit/schemas", "tests/property"),
    "schemas/envelope.py": ("tests/unit/schemas", "tests/property"),
    "schemas/frames.py": ("tests/unit/schemas", "tests/property"),
    "schemas/payload.py": ("tests/unit/schemas", "tests/property"),
    "schemas/registry.py": ("tests/unit/schemas", "tests/contract"),
    "schemas/upcasters.py": ("tests/unit/schemas", "tests/contract"),
    "consumers/**/*.py": (
        "tests/unit/{folder}/test_{name}.py",
        "tests/property/test_{name}.py",
        "tests/unit/consumers",
        "tests/simulation",
    ),
    "streams/processor.py": ("tests/unit/streams", "tests/contract"),
    "streams/learning/*.py": ("tests/unit/streams/learning", "tests/unit/grym/domain/learning"),
    "grym/domain/learning/*.py": ("tests/unit/grym/domain/learning", "tests/unit/streams/learning"),
}

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
CONNECTIVES: dict[type[ast.boolop], type[ast.boolop]] = {ast.And: ast.Or, ast.Or: ast.And}
OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One changed file: where, what was changed, and the whole new text."""

    path: str
    line: int
    change: str
    text: str


def code_nodes(tree: ast.Module) -> Iterator[ast.AST]:
    """Yield the nodes that run inside functions; decorators, annotations, defaults and docstrings are left out."""
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            for statement in function.body:
                yield from walk_code(statement)


def walk_code(node: ast.AST) -> Iterator[ast.AST]:
    """Yield a node and what runs below it; inner functions are visited on their own."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return
    yield node
    for name, value in ast.iter_fields(node):
        if name != "annotation":
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    yield from walk_code(child)


def changes(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Yield what may be put in the place of a node, with a name for the change."""
    if isinstance(node, ast.Compare) and type(node.ops[0]) in COMPARISONS:
        swapped = [COMPARISONS[type(node.ops[0])](), *node.ops[1:]]
        yield "another comparison", ast.Compare(left=node.left, ops=swapped, comparators=node.comparators)
    if isinstance(node, ast.BoolOp):
        yield "another connective", ast.BoolOp(op=CONNECTIVES[type(node.op)](), values=node.values)
    if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
        yield "another operator", ast.BinOp(left=node.left, op=OPERATORS[type(node.op)](), right=node.right)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield "no not", node.operand
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield "the other truth", ast.Constant(not node.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        yield "another number", ast.Constant(node.value + 1)
    if isinstance(node, ast.Return) and node.value is not None and not is_none(node.value):
        yield "no result", ast.Return(value=ast.Constant(None))
    if isinstance(node, ast.Raise) or (isinstance(node, ast.Expr) and not isinstance(node.value, ast.Constant)):
        yield "left out", ast.Pass()


def is_none(node: ast.AST) -> bool:
    """Return whether a node is the constant None."""
    return isinstance(node, ast.Constant) and node.value is None


class Replace(ast.NodeTransformer):
    """Puts `new` in the place of the one node `old`."""

    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self.old = old
        self.new = new

    def visit(self, node: ast.AST) -> ast.AST:
        """Return the replacement for the wanted node, and every other node as it is."""
        if node is self.old:
            return ast.copy_location(self.new, node)
        return super().generic_visit(node)


def mutants_of(path: Path) -> list[Mutant]:
    """Return every change of one file."""
    source = path.read_text(encoding="utf-8")
    count = sum(1 for node in code_nodes(ast.parse(source)) for _ in changes(node))
    found = []
    for wanted in range(count):
        tree = ast.parse(source)
        node, change, new = [(node, *pair) for node in code_nodes(tree) for pair in changes(node)][wanted]
        text = ast.unparse(ast.fix_missing_locations(Replace(node, new).visit(tree)))
        line = getattr(node, "lineno", 0)
        found.append(Mutant(path=str(path.relative_to(ROOT)), line=line, change=change, text=text))
    return found


def is_noticed(mutant: Mutant, *, folder: Path, tests: Sequence[str]) -> bool:
    """Run the tests of a changed file in the copy and return whether one failed."""
    target = folder / mutant.path
    before = target.read_text(encoding="utf-8")
    target.write_text(mutant.text, encoding="utf-8")
    try:
        return not passes(folder, tests)
    finally:
        target.write_text(before, encoding="utf-8")


def passes(folder: Path, tests: Sequence[str]) -> bool:
    """Return whether the tests pass in the copy, one stage after the other."""
    return all(passes_stage(folder, test) for test in tests if (folder / test).exists())


def passes_stage(folder: Path, test: str) -> bool:
    """Return whether the tests below one path pass in the copy."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-n0", "-m", "not slow", "-p", "no:cacheprovider", test]
    try:
        result = subprocess.run(command, cwd=folder, capture_output=True, check=False, timeout=LIMIT_S)
    except subprocess.TimeoutExpired:
        return False
    return result.returncode == 0


def copy_checkout(folder: Path) -> None:
    """Copy what the tests need."""
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)


def chosen(options: argparse.Namespace) -> list[tuple[Mutant, tuple[str, ...]]]:
    """Return the sample, each change with its tests."""
    everything = [
        (mutant, tuple(test.format(name=path.stem, folder=path.parent.relative_to(ROOT)) for test in tests))
        for pattern, tests in CHECKED.items()
        for path in sorted(ROOT.glob(pattern))
        if str(path.relative_to(ROOT)).startswith(options.only)
        for mutant in mutants_of(path)
    ]
    return random.Random(options.seed).sample(everything, min(options.sample, len(everything)))  # noqa: S311 (a sample)


def main() -> int:
    """Print the survivors and the share that was noticed; return 1 below the demanded share."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sample", type=int, default=120)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default="")
    parser.add_argument("--demand", type=float, default=0.7)
    options = parser.parse_args()
    sample = chosen(options)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        copy_checkout(folder)
        for tests in sorted({tests for _, tests in sample}):
            if not passes(folder, tests):
                raise SystemExit(f"without any change these do not pass: {' '.join(tests)}")
        survivors = []
        for mutant, tests in sample:
            if not is_noticed(mutant, folder=folder, tests=tests):
                survivors.append(mutant)
                print(f"survived: {mutant.path}:{mutant.line} {mutant.change}", flush=True)
    noticed = len(sample) - len(survivors)
    share = noticed / len(sample) if sample else 0.0
    print(f"{noticed} of {len(sample)} changes were noticed ({share:.0%})")
    return 0 if share >= options.demand else 1


if __name__ == "__main__":
    raise SystemExit(main())
