#!/bin/sh
# The .dmg for macOS from the application that installer.spec made: make_dmg.sh DIST.
# Never run so far: it was written and read without a Mac at hand.
# CODESIGN_IDENTITY names a Developer ID to sign with and NOTARY_PROFILE a saved profile of notarytool; without them the
# application is signed for this computer only, and others have to allow it in their settings.
set -e
dist=$1
app="$dist/Acme Product Importer.app"
version=$(plutil -extract CFBundleShortVersionString raw "$app/Contents/Info.plist")
image="$dist/acme-desktop-$version-$(uname -m).dmg"
identity=${CODESIGN_IDENTITY:--}
hardened=
[ "$identity" = - ] || hardened="--options runtime --timestamp"

# From the inside out: PostgreSQL's programs and Python's library without a suffix are not found by codesign --deep.
find "$app/Contents" -type f \( -name '*.dylib' -o -name '*.so' -o -name Python -o -path '*/pginstall/bin/*' \) -print0 |
    # shellcheck disable=SC2086
    xargs -0 -n 50 codesign --force $hardened --sign "$identity"
# shellcheck disable=SC2086
codesign --force $hardened --sign "$identity" "$app"
codesign --verify --deep --strict "$app"

stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
ditto "$app" "$stage/$(basename "$app")"
ln -s /Applications "$stage/Applications"
rm -f "$image"
hdiutil create -volname "Acme Product Importer" -srcfolder "$stage" -format ULFO "$image"
if [ -n "$NOTARY_PROFILE" ] && [ "$identity" != - ]; then
    codesign --force --timestamp --sign "$identity" "$image"
    xcrun notarytool submit "$image" --keychain-profile "$NOTARY_PROFILE" --wait
    xcrun stapler staple "$image"
fi
echo "$image"
