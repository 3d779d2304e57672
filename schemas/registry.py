"""Which bodies exist, and how bodies of older major versions are lifted to the newest one.

A type name ends in its major version. An unknown type or a newer major is refused; an older major passes through the
upcasters registered for it, one major at a time.
"""

from typing import Any

from grym.errors import ContractError
from schemas import commands, events, live, sessions, verdicts
from schemas.body import Body
from schemas.upcasters import UPCASTERS, Upcaster


def _bodies() -> tuple[type[Body], ...]:
    found = [
        value
        for module in (commands, events, live, sessions, verdicts)
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Body) and value.TYPE and value.__module__ == module.__name__
    ]
    return tuple(sorted(found, key=lambda cls: cls.TYPE))


BODIES: tuple[type[Body], ...] = _bodies()
BY_TYPE: dict[str, type[Body]] = {cls.TYPE: cls for cls in BODIES}


def body_class(type_name: str) -> tuple[type[Body], tuple[Upcaster, ...]]:
    """Find the newest body class for a type name and the upcasters that lead to it.

    Raises
    ------
    ContractError
        ``contract.type`` when no version of the type is known.
    """
    steps: list[Upcaster] = []
    while type_name not in BY_TYPE:
        if type_name not in UPCASTERS:
            raise ContractError(
                f"the type {type_name[:200]!r} is not known",
                code="contract.type",
                hint="Update grym, or send a type that `grym schema export` lists.",
                details={"type": type_name[:200]},
            )
        type_name, step = UPCASTERS[type_name]
        steps.append(step)
    return BY_TYPE[type_name], tuple(steps)


def lift(body: Any, steps: tuple[Upcaster, ...]) -> Any:
    """Run a decoded body of an old major version through its upcasters.

    Raises
    ------
    ContractError
        ``contract.body`` where it is not a JSON object.
    """
    if not isinstance(body, dict):
        raise ContractError("the body is not a JSON object", code="contract.body")
    for step in steps:
        body = step(body)
    return body


__all__ = ["BODIES", "BY_TYPE", "UPCASTERS", "Upcaster", "body_class", "lift"]
