"""The import contracts of `pyproject.toml` hold, and each really fails when it is broken."""

import subprocess
import sys
from pathlib import Path

import pytest


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter in `folder`, reading the packages that lie there and no installed ones."""
    return subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports_command; lint_imports_command()",
            "--no-cache",
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_contracts_hold(copied_tree: Path) -> None:
    """The packages as they are keep every contract."""
    result = lint_imports(copied_tree)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "0 broken" in result.stdout


@pytest.mark.parametrize(
    ("module", "imported", "broken"),
    [
        ("grym/domain/offence.py", "schemas", "Direction"),
        ("streams/offence.py", "grym.adapters", "Direction"),
        ("grym/adapters/offence.py", "streams", "Direction"),
        ("producers/offence.py", "consumers", "Direction"),
        ("streams/offence.py", "time", "Purity"),
        ("grym/domain/offence.py", "random", "Purity"),
        ("schemas/offence.py", "asyncpg", "Purity"),
        ("schemas/offence.py", "asyncio", "Synchronous"),
        ("consumers/offence.py", "grym.adapters", "Wiring"),
        ("grym/cli/offence.py", "asyncpg", "Clients"),
    ],
)
def test_a_broken_contract_is_found(copied_tree: Path, module: str, imported: str, broken: str) -> None:
    """An import that a contract forbids is named with the module it stands in."""
    (copied_tree / module).write_text(f'"""An offence."""\n\nimport {imported}\n', encoding="utf-8")
    result = lint_imports(copied_tree)
    offender = module.removesuffix(".py").replace("/", ".")
    assert result.returncode == 1, result.stdout + result.stderr
    assert any(broken in line and "BROKEN" in line for line in result.stdout.splitlines()), result.stdout
    assert f"{offender} -> {imported}" in result.stdout
