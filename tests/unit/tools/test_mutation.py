"""The mutation run changes what runs, one thing at a time, and tells noticed changes from survivors."""

import ast
from pathlib import Path

import pytest

from tools.mutation import Mutant, changes, code_nodes, is_noticed


def changed(expression: str) -> list[str]:
    """Return what becomes of the outermost node of an expression."""
    node = ast.parse(expression, mode="eval").body
    return [ast.unparse(ast.fix_missing_locations(ast.copy_location(new, node))) for _, new in changes(node)]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a < b", ["a <= b"]),
        ("a not in b", ["a in b"]),
        ("a and b", ["a or b"]),
        ("a + b", ["a - b"]),
        ("not a", ["a"]),
        ("True", ["False"]),
        ("7", ["8"]),
        ("'text'", []),
        ("name", []),
    ],
)
def test_each_kind_of_change(before: str, after: list[str]) -> None:
    """Comparisons, connectives, operators, negations and constants change; names and texts do not."""
    assert changed(before) == after


def test_only_what_runs_inside_functions_is_changed() -> None:
    """Decorators, annotations, defaults, docstrings and module constants are left alone."""
    source = (
        'LIMIT = 3\n@mark(1)\ndef f(a: Literal[2] = 4) -> int:\n    """Five."""\n    b: Literal[6] = 7\n    return b\n'
    )
    numbers = {node.value for node in code_nodes(ast.parse(source)) if isinstance(node, ast.Constant)}
    assert {value for value in numbers if isinstance(value, int)} == {7}


def test_survivor_is_told_from_a_change_that_is_noticed(tmp_path: Path) -> None:
    """A test that would fail notices; a test that looks elsewhere does not; the file is put back."""
    (tmp_path / "adding.py").write_text("def add(a, b):\n    return a + b\n", encoding="utf-8")
    test = "import sys\nsys.path.insert(0, '.')\nfrom adding import add\ndef test_it():\n    assert add({}, 0) == 2\n"
    (tmp_path / "test_close.py").write_text(test.format(2), encoding="utf-8")
    (tmp_path / "test_blind.py").write_text("def test_it():\n    assert True\n", encoding="utf-8")
    mutant = Mutant(path="adding.py", line=2, change="another operator", text="def add(a, b):\n    return a * b + 1\n")
    assert is_noticed(mutant, folder=tmp_path, tests=["test_close.py"])
    assert not is_noticed(mutant, folder=tmp_path, tests=["test_blind.py"])
    assert "a + b" in (tmp_path / "adding.py").read_text(encoding="utf-8")
