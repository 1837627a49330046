"""Light and dark: the palette, the style sheet, and following the system's own choice."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from string import Template

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFontInfo, QPalette
from PySide6.QtWidgets import QApplication

from acme_desktop.core.foundation.paths import RESOURCES

THEMES = {"system": "Same as the system", "light": "Light", "dark": "Dark"}
"""The settings' names of the themes, and what people call them."""


@dataclass(frozen=True)
class Colours:
    """Every colour in use, as ``#rrggbb``.

    Text keeps a contrast of 4.5 or more to its ground. What has to be found without words - the keyboard's frame,
    the handle of a scroll bar, the outline of a tick box - keeps one of 3 or more.
    """

    window: str
    base: str
    alternate: str
    raised: str
    button: str
    text: str
    muted: str
    disabled: str
    border: str
    line: str
    handle: str
    hover: str
    pressed: str
    selected: str
    focus: str
    accent: str
    accent_hover: str
    accent_text: str
    accent_soft: str
    accent_line: str
    on_accent: str
    danger: str
    danger_fill: str
    danger_hover: str
    danger_soft: str
    danger_line: str
    warning: str
    warning_soft: str
    warning_line: str
    success: str
    success_soft: str
    success_line: str


LIGHT = Colours(
    window="#f4f5f7",
    base="#ffffff",
    alternate="#fafbfc",
    raised="#ffffff",
    button="#ffffff",
    text="#1b2230",
    muted="#576173",
    disabled="#9aa2af",
    border="#cdd3db",
    line="#e3e6eb",
    handle="#858e9d",
    hover="#e9ecf1",
    pressed="#dde2e9",
    selected="#dbe7ff",
    focus="#2459d3",
    accent="#2459d3",
    accent_hover="#1d4bb8",
    accent_text="#2053c7",
    accent_soft="#e8effd",
    accent_line="#bcd0fa",
    on_accent="#ffffff",
    danger="#b3261e",
    danger_fill="#c0332a",
    danger_hover="#a32a22",
    danger_soft="#fdeceb",
    danger_line="#f2c1bd",
    warning="#8a5a00",
    warning_soft="#fff5e0",
    warning_line="#efd8a3",
    success="#1a7040",
    success_soft="#e7f6ed",
    success_line="#b5dfc6",
)
DARK = Colours(
    window="#1f2229",
    base="#17191f",
    alternate="#1a1d23",
    raised="#262a32",
    button="#2b3039",
    text="#e6e9ef",
    muted="#a9b2c1",
    disabled="#6b7382",
    border="#414855",
    line="#2e333d",
    handle="#737b8a",
    hover="#2c313b",
    pressed="#363c48",
    selected="#27406f",
    focus="#8db0ff",
    accent="#3868d8",
    accent_hover="#4070df",
    accent_text="#8db0ff",
    accent_soft="#233150",
    accent_line="#37508a",
    on_accent="#ffffff",
    danger="#ff8f86",
    danger_fill="#c23b32",
    danger_hover="#ce443a",
    danger_soft="#3c2324",
    danger_line="#6d3533",
    warning="#f0bd63",
    warning_soft="#382d19",
    warning_line="#63502a",
    success="#76d29b",
    success_soft="#1c3326",
    success_line="#2f5b42",
)

_SIZES = {"title_size": 1.9, "heading_size": 1.33, "figure_size": 1.67}
"""How much larger than the system's font."""

_PICTURES = ("chevron", "chevron-up", "chevron-faint", "chevron-up-faint", "check-white", "clear")


def _palette(colours: Colours) -> QPalette:
    palette = QPalette()
    roles = {
        QPalette.ColorRole.Window: colours.window,
        QPalette.ColorRole.Base: colours.base,
        QPalette.ColorRole.AlternateBase: colours.alternate,
        QPalette.ColorRole.Button: colours.button,
        QPalette.ColorRole.ToolTipBase: colours.raised,
        QPalette.ColorRole.Highlight: colours.accent,
        QPalette.ColorRole.Accent: colours.accent,
        QPalette.ColorRole.HighlightedText: colours.on_accent,
        QPalette.ColorRole.WindowText: colours.text,
        QPalette.ColorRole.Text: colours.text,
        QPalette.ColorRole.ButtonText: colours.text,
        QPalette.ColorRole.ToolTipText: colours.text,
        QPalette.ColorRole.BrightText: colours.danger,
        QPalette.ColorRole.PlaceholderText: colours.muted,
        QPalette.ColorRole.Link: colours.accent_text,
        QPalette.ColorRole.LinkVisited: colours.accent_text,
        QPalette.ColorRole.Light: colours.raised,
        QPalette.ColorRole.Midlight: colours.line,
        QPalette.ColorRole.Mid: colours.border,
        QPalette.ColorRole.Dark: colours.border,
    }
    for role, colour in roles.items():
        palette.setColor(role, QColor(colour))
    for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(colours.disabled))
    return palette


class Theme(QObject):
    """Applies a theme to the application and keeps following the system where that is the choice."""

    changed = Signal()

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        self._application = application
        self._choice = "system"
        self.colours = LIGHT
        application.setStyle("Fusion")
        self._template = Template((RESOURCES / "styles" / "base.qss").read_text(encoding="utf-8"))
        application.styleHints().colorSchemeChanged.connect(self._follow)

    def choose(self, choice: str) -> None:
        """Apply "system", "light" or "dark" at once."""
        self._choice = choice
        schemes = {"light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark}
        # Told to the platform as well, so that its own title bars and file dialogs match.
        self._application.styleHints().setColorScheme(schemes.get(choice, Qt.ColorScheme.Unknown))
        self._apply()

    def _follow(self) -> None:
        if self._choice == "system":
            self._apply()

    def _apply(self) -> None:
        system_is_dark = self._application.styleHints().colorScheme() == Qt.ColorScheme.Dark
        dark = self._choice == "dark" or (self._choice == "system" and system_is_dark)
        self.colours = DARK if dark else LIGHT
        self._application.setPalette(_palette(self.colours))
        pictures = {name.replace("-", "_"): (RESOURCES / "icons" / f"{name}.svg").as_posix() for name in _PICTURES}
        usual = QFontInfo(self._application.font()).pointSizeF()
        sizes = {name: f"{usual * factor:.1f}pt" for name, factor in _SIZES.items()}
        self._application.setStyleSheet(self._template.substitute(asdict(self.colours) | pictures | sizes))
        self.changed.emit()


_current: list[Theme] = []


def install(application: QApplication) -> Theme:
    """The application's theme; the second call gives the first one's."""
    if not _current:
        _current.append(Theme(application))
    return _current[0]


def colours() -> Colours:
    """The colours in use now."""
    return _current[0].colours if _current else LIGHT
