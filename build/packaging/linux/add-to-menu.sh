#!/bin/sh
# Puts the program into your own start menu ("Open with" for csv, xlsx and parquet included); with --remove, takes it
# out again. The program itself stays where you unpacked it, and your data stays in ~/.local/share/acme-desktop.
set -e
here=$(cd "$(dirname "$0")" && pwd)
share=${XDG_DATA_HOME:-$HOME/.local/share}
entry=$share/applications/acme-desktop.desktop
refresh() {
    for step in "update-desktop-database $share/applications" "update-mime-database $share/mime" \
        "gtk-update-icon-cache -q -t $share/icons/hicolor"; do
        command -v "${step%% *}" >/dev/null && (IFS=' '; set -f; ${step%% *} ${step#* }) >/dev/null 2>&1 || true
    done
}
if [ "$1" = --remove ]; then
    rm -f "$entry" "$share/mime/packages/acme-desktop.xml"
    find "$share/icons/hicolor" -name 'acme-desktop.png' -delete -o -name 'acme-desktop.svg' -delete 2>/dev/null || true
    refresh
    echo "Removed from the menu. Your catalogue stays in $share/acme-desktop."
    exit 0
fi
mkdir -p "$share/applications" "$share/mime/packages" "$share/icons"
# In a desktop entry a path is quoted, and the characters that mean something inside quotes are escaped.
quoted=$(printf '%s' "$here/acme-desktop" | sed 's/[\\"`$]/\\\\&/g; s/%/%%/g; s/[&|]/\\&/g')
sed "s|^Exec=acme-desktop|Exec=\"$quoted\"|" "$here/share/applications/acme-desktop.desktop" >"$entry"
cp "$here/share/mime/packages/acme-desktop.xml" "$share/mime/packages/"
cp -r "$here/share/icons/." "$share/icons/"
refresh
echo "Added to the menu. Take it out again with: $here/add-to-menu.sh --remove"
