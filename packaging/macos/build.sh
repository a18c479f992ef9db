#!/bin/bash
# Builds dist/Inkhorn.app and dist/Inkhorn-VERSION.dmg on macOS with Apple silicon.
#
# Written without a Mac at hand: not run by its authors so far. If you use it, please tell what had to be
# changed.
#
# Signing and notarizing are left to whoever publishes it:
#   CODESIGN_IDENTITY="Developer ID Application: …"   signs the app (else it is signed ad hoc)
#   NOTARY_PROFILE=name                               a profile of `xcrun notarytool store-credentials`
set -euo pipefail
cd "$(dirname "$0")/../.."

[ "$(uname)" = Darwin ] || { echo "This script is for macOS." >&2; exit 1; }

python3 run.py package
app=dist/Inkhorn.app
version=$(.venv/bin/python -c 'import desktop_app; print(desktop_app.__version__)')
dmg=dist/Inkhorn-$version.dmg

if [ -n "${CODESIGN_IDENTITY:-}" ]; then
  # Python's C extensions and torch map code that is not signed by us; the entitlements allow that.
  codesign --force --deep --options runtime --timestamp \
    --entitlements packaging/macos/entitlements.plist --sign "$CODESIGN_IDENTITY" "$app"
  codesign --verify --deep --strict "$app"
fi

stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
cp -R "$app" "$stage/"
ln -s /Applications "$stage/Applications"
hdiutil create -volname Inkhorn -srcfolder "$stage" -fs HFS+ -format ULFO -ov "$dmg"

if [ -n "${CODESIGN_IDENTITY:-}" ] && [ -n "${NOTARY_PROFILE:-}" ]; then
  codesign --sign "$CODESIGN_IDENTITY" --timestamp "$dmg"
  xcrun notarytool submit "$dmg" --keychain-profile "$NOTARY_PROFILE" --wait
  xcrun stapler staple "$dmg"
fi
echo "$dmg"
