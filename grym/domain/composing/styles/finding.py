"""The style of a plan: the one brought along where there is one, else a name in the table."""

from grym.domain.composing.plan import Plan
from grym.domain.composing.styles import DEFAULT_STYLE, STYLES, Style
from grym.domain.composing.styles.checking import require_sound


def style_of(plan: Plan) -> Style:
    """Return the style a plan is composed in; an unknown name is played as the default style.

    Raises
    ------
    InvalidRequestError
        When the style brought along breaks a rule (`checking.require_sound`).
    """
    if plan.definition is not None:
        require_sound(plan.definition)
        return plan.definition
    return STYLES.get(plan.style, STYLES[DEFAULT_STYLE])
