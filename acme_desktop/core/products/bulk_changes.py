"""What a bulk edit can do to each product: the new value of one field, as SQL over the product's own columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from acme_desktop.core.foundation.errors import UsageProblem
from acme_desktop.core.foundation.product_rules import NAME_MAX, WHITE_SPACE, storable, violation
from acme_desktop.core.products.filters import Clause

TEXT_MAX = NAME_MAX
"""The longest text to find, to put in its place, or to put before or behind a name, in characters."""

_QUOTED = 40
_NOWHERE = Clause("0")


class InvalidChange(UsageProblem):
    """A change that makes no sense, such as replacing nothing.

    Attributes:
        part: what is at fault: "find", "by", "text", "prefix" or "suffix".
    """

    def __init__(self, part: str, title: str) -> None:
        super().__init__(title, "Correct it, and look at the preview.")
        self.part = part


@dataclass(frozen=True)
class SetActive:
    """Make products active, or inactive."""

    active: bool
    field: ClassVar[Literal["active"]] = "active"

    @property
    def words(self) -> str:
        """The change in the middle of a sentence."""
        return f"set {'active' if self.active else 'inactive'}"

    @property
    def value(self) -> Clause:
        """The new value."""
        return Clause("%s::boolean", (self.active,))

    @property
    def start(self) -> Clause:
        """How many characters of the old value can be left out in a preview."""
        return _NOWHERE

    def check(self) -> None:
        """Raise `InvalidChange` where the change makes no sense."""


@dataclass(frozen=True)
class SetDescription:
    """Give products one description; white space alone is none."""

    text: str
    field: ClassVar[Literal["description"]] = "description"

    @property
    def words(self) -> str:
        """The change in the middle of a sentence."""
        return f"set description to {quoted(self.text)}" if self.text.strip() else "clear description"

    @property
    def value(self) -> Clause:
        """The new value."""
        return Clause("%s::text", (self.text if self.text.strip() else None,))

    @property
    def start(self) -> Clause:
        """How many characters of the old value can be left out in a preview."""
        return _NOWHERE

    def check(self) -> None:
        """Raise `InvalidChange` where the change makes no sense."""
        if wrong := violation("description", self.text):
            raise InvalidChange("text", wrong.message)


@dataclass(frozen=True)
class ExtendName:
    """Put a text before each name, or behind it."""

    prefix: str = ""
    suffix: str = ""
    field: ClassVar[Literal["name"]] = "name"

    @property
    def words(self) -> str:
        """The change in the middle of a sentence."""
        put = [f"{quoted(text)} {where}" for text, where in ((self.prefix, "before"), (self.suffix, "behind")) if text]
        return f"put {' and '.join(put)} name"

    @property
    def value(self) -> Clause:
        """The new value."""
        return Clause("%s || name || %s", (self.prefix, self.suffix))

    @property
    def start(self) -> Clause:
        """How many characters of the old value can be left out in a preview."""
        return _NOWHERE

    def check(self) -> None:
        """Raise `InvalidChange` where the change makes no sense."""
        if not self.prefix and not self.suffix:
            raise InvalidChange("prefix", "There is no text to put before or behind the name.")
        _check_text("prefix", self.prefix)
        _check_text("suffix", self.suffix)


@dataclass(frozen=True)
class ReplaceText:
    """Replace a text wherever the field has it; a description that becomes blank is none.

    Attributes:
        any_case: find it in any letter case.
        whole_words: find it only where no letter, digit or underscore stands right before or behind it.
    """

    field: Literal["name", "description"]
    find: str
    by: str
    any_case: bool = False
    whole_words: bool = False

    @property
    def words(self) -> str:
        """The change in the middle of a sentence."""
        if not self.by:
            return f"remove {quoted(self.find)} from {self.field}"
        return f"replace {quoted(self.find)} by {quoted(self.by)} in {self.field}"

    @property
    def value(self) -> Clause:
        """The new value."""
        replaced = self._replaced
        if self.field == "name":
            return replaced
        return Clause(
            "(SELECT CASE WHEN made <> description AND btrim(made, %s) = '' THEN NULL ELSE made END "
            f"FROM (SELECT {replaced.sql} AS made OFFSET 0) AS made)",
            (WHITE_SPACE, *replaced.values),
        )

    @property
    def _replaced(self) -> Clause:
        if not (self.any_case or self.whole_words):
            return Clause(f"replace({self.field}, %s, %s)", (self.find, self.by))
        pattern = "".join(f"\\{letter}" if letter in "\\.^$*+?()[]{}|-#&/" else letter for letter in self.find)
        if self.whole_words:
            pattern = rf"(?<!\w)(?:{pattern})(?!\w)"
        # Only a backslash means more than itself in the text that is put in.
        return Clause(
            f"regexp_replace({self.field}, %s, %s, %s)",
            (pattern, self.by.replace("\\", "\\\\"), "gi" if self.any_case else "g"),
        )

    @property
    def start(self) -> Clause:
        """How many characters of the old value can be left out in a preview: nothing changes before."""
        if self.any_case:
            return Clause("strpos(lower(old), lower(%s)) - 61", (self.find,))
        return Clause("strpos(old, %s) - 61", (self.find,))

    def check(self) -> None:
        """Raise `InvalidChange` where the change makes no sense."""
        if not self.find:
            raise InvalidChange("find", "There is no text to find.")
        _check_text("find", self.find)
        _check_text("by", self.by)


BulkChange = SetActive | SetDescription | ExtendName | ReplaceText


def quoted(text: str) -> str:
    """A text within a sentence: in quotes, on one line and not too long."""
    line = " ".join(text.split()) or text
    return f"‘{line if len(line) <= _QUOTED else line[: _QUOTED - 1] + '…'}’"


def _check_text(part: str, text: str) -> None:
    if len(text) > TEXT_MAX:
        raise InvalidChange(part, f"The text has {len(text):,} characters; at most {TEXT_MAX:,} are allowed.")
    if not storable(text):
        raise InvalidChange(part, "The text contains characters that the catalogue cannot hold.")
