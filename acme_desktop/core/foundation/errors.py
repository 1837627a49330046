"""What can go wrong, as a person should hear it.

Every error that a person may meet is a `Problem`: a plain sentence, a next step and details to copy.
The environment's fault (`EnvironmentProblem`) and the person's input (`InputProblem`) are different
classes; anything that is not a `Problem` is a bug of ours.
"""

from __future__ import annotations


class Problem(Exception):  # noqa: N818  what a person meets is a problem with advice
    """A failure with a title, advice and details.

    Args:
        title: one plain sentence saying what went wrong.
        advice: one plain sentence saying what to do next.
        details: technical text to copy into a report; may span lines.
    """

    exit_code = 1

    def __init__(self, title: str, advice: str = "", details: str = "") -> None:
        super().__init__(title)
        self.title = title
        self.advice = advice
        self.details = details

    def __str__(self) -> str:
        return f"{self.title} {self.advice}".strip()


class EnvironmentProblem(Problem):
    """The surroundings are at fault: no server, no disk space, no permission."""


class InputProblem(Problem):
    """A file or a value cannot be taken as it is."""


class UsageProblem(Problem):
    """The request itself makes no sense: an unknown column, contradicting options."""

    exit_code = 2


class NotFound(Problem):
    """No such product, webhook, import or file."""

    exit_code = 4


class Refused(Problem):
    """Needs a confirmation, or someone else changed it meanwhile."""

    exit_code = 5


class Cancelled(Exception):  # noqa: N818  an outcome, not an error
    """The person cancelled; what was to be changed is unchanged."""

    exit_code = 130
