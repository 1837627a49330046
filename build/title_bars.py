"""Settings of openbox for pictures: flat title bars in the colours of a theme, as large as the scale wants."""

from __future__ import annotations

from pathlib import Path

HEIGHT = 26
"""Of a title bar with the window's lines above and below, in logical pixels."""
_COLOURS = {
    "light": {"active": "#dfe3e9", "text": "#1b2230", "inactive": "#eceef1", "faint": "#7b8494", "border": "#aab2be"},
    "dark": {"active": "#101216", "text": "#e6e9ef", "inactive": "#16181d", "faint": "#7d8694", "border": "#4a515e"},
}
_CROSS = 9  # logical pixels


def write(folder: Path, theme: str, scale: int) -> Path:
    """Write the settings, and the theme that they name, into a data folder (XDG_DATA_HOME); returns the settings."""
    place = folder / "themes" / "pictures" / "openbox-3"
    place.mkdir(parents=True)
    (place / "themerc").write_text("\n".join(_theme(_COLOURS[theme], scale)) + "\n")
    (place / "close.xbm").write_text(_cross(_CROSS * scale, scale))
    fonts = "".join(
        f'<font place="{state}Window"><name>sans</name><size>{9 * scale}</size><weight>normal</weight></font>'
        for state in ("Active", "Inactive")
    )
    settings = folder / "openbox.xml"
    settings.write_text(
        '<openbox_config xmlns="http://openbox.org/3.4/rc">'
        f"<theme><name>pictures</name><titleLayout>LC</titleLayout>{fonts}</theme></openbox_config>\n"
    )
    return settings


def _theme(colours: dict[str, str], scale: int) -> list[str]:
    lines = [
        "border.width: 1",
        f"padding.width: {8 * scale}",
        f"padding.height: {3 * scale}",
        "window.handle.width: 0",
        "window.client.padding.width: 0",
        "window.label.text.justify: center",
    ]
    for state, text in (("active", "text"), ("inactive", "faint")):
        lines += [
            f"window.{state}.title.bg: flat solid",
            f"window.{state}.title.bg.color: {colours[state]}",
            f"window.{state}.title.separator.color: {colours[state]}",
            f"window.{state}.label.bg: parentrelative",
            f"window.{state}.label.text.color: {colours[text]}",
            f"window.{state}.button.unpressed.bg: parentrelative",
            f"window.{state}.button.unpressed.image.color: {colours[text]}",
            f"window.{state}.border.color: {colours['border']}",
        ]
    return lines


def _cross(side: int, pen: int) -> str:
    """A cross as an X bitmap; openbox scales none."""
    octets = []
    for y in range(side):
        row = [min(abs(x - y), abs(x + y + 1 - side)) < pen for x in range(side)]
        octets += [sum(bit << place for place, bit in enumerate(row[start : start + 8])) for start in range(0, side, 8)]
    bits = ", ".join(f"0x{octet:02x}" for octet in octets)
    size = f"#define close_width {side}\n#define close_height {side}\n"
    return f"{size}static unsigned char close_bits[] = {{\n{bits} }};\n"
