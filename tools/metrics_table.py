"""The table of metrics in the documentation, from the catalogue."""

from grym.adapters.metrics import series_name
from grym.ports.metrics import CATALOGUE


def table() -> str:
    """Return the catalogue as a table, in its order."""
    rows = ["| series | kind | unit | label | what it tells |", "|---|---|---|---|---|"]
    for name, entry in CATALOGUE.items():
        label = f"`{entry.label}`" if entry.label else ""
        rows.append(f"| `{series_name(name)}` | {entry.kind} | {entry.unit} | {label} | {entry.about} |")
    return "\n".join(rows)
