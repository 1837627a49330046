#!/bin/sh
# Puts the program into your own start menu ("Open with" for csv, xlsx and parquet included); with --remove, takes it
# out again. The program itself stays where you unpacked it, and your data stays in ~/.local/share/acme-desktop.
set -e
here=$(cd "$(dirname "$0")" && pwd)
share=${XDG_DATA_HOME:-$HOME/.local/share}
applications=$share/applications
if_there() {
    command -v "$1" >/dev/null && "$@" >/dev/null 2>&1 || true
}
refresh() {
    if_there update-desktop-database "$applications"
    if_there update-mime-database "$share/mime"
    if_there gtk-update-icon-cache -q -t "$share/icons/hicolor"
}
if [ "$1" = --remove ]; then
    rm -f "$applications/acme-desktop.desktop" "$applications/z-acme-desktop-open.desktop"
    rm -f "$share/mime/packages/acme-desktop.xml"
    find "$share/icons/hicolor" -name 'acme-desktop.png' -delete -o -name 'acme-desktop.svg' -delete 2>/dev/null || true
    refresh
    echo "Removed from the menu. Your catalogue stays in $share/acme-desktop."
    exit 0
fi
# Where nobody chose a program for a kind of file, desktops prefer what stands in a person's own folder. Whatever opened
# these files before is therefore chosen, so that it goes on to open them.
types=$(sed -n 's/^MimeType=//p' "$here/share/applications/z-acme-desktop-open.desktop" | tr ';' ' ')
opener() {
    if command -v xdg-mime >/dev/null; then
        xdg-mime query default "$1" 2>/dev/null || true
    elif command -v gio >/dev/null; then
        LC_ALL=C gio mime "$1" 2>/dev/null | sed -n 's/^Default application for .*: //p'
    fi
}
for type in $types; do
    before=$(opener "$type")
    case $before in
        '' | z-acme-desktop-open.desktop) ;;
        *) if command -v xdg-mime >/dev/null; then if_there xdg-mime default "$before" "$type"
           else if_there gio mime "$type" "$before"; fi ;;
    esac
done
mkdir -p "$applications" "$share/mime/packages" "$share/icons"
# In a desktop entry a path is quoted, what means something inside quotes is escaped, and then every backslash once more;
# the last step is for the sed that puts it in.
quoted=$(printf '%s' "$here/acme-desktop" | sed 's/[\\"`$]/\\&/g; s/%/%%/g; s/\\/\\\\/g; s/[\\&|]/\\&/g')
for entry in acme-desktop z-acme-desktop-open; do
    sed "s|^Exec=acme-desktop|Exec=\"$quoted\"|" "$here/share/applications/$entry.desktop" >"$applications/$entry.desktop"
done
cp "$here/share/mime/packages/acme-desktop.xml" "$share/mime/packages/"
cp -r "$here/share/icons/." "$share/icons/"
refresh
echo "Added to the menu. Take it out again with: $here/add-to-menu.sh --remove"
