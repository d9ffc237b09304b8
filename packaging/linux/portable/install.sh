#!/bin/sh
# install.sh            puts the program into your menu, and has a double click on a corpus and a click on a link open it
# install.sh --remove   takes both away again; corpora and settings stay
set -eu
here=$(cd "$(dirname "$0")" && pwd -P)
share=${XDG_DATA_HOME:-$HOME/.local/share}
name=arabic-news-annotator

refresh() {
    if command -v update-desktop-database >/dev/null; then update-desktop-database -q "$share/applications"; fi
    if command -v update-mime-database >/dev/null; then update-mime-database "$share/mime"; fi
}

case ${1-} in
"")
    mkdir -p "$share/applications" "$share/mime/packages" "$share/icons"
    cp -R "$here/share/icons/." "$share/icons/"
    cp "$here/share/mime/packages/$name.xml" "$share/mime/packages/"
    # What a command in an entry gives a meaning to, then what any text there does, then sed: a folder may be called anything.
    command=$(printf '%s' "$here/annotator" | sed -e 's/["`$\\]/\\&/g' -e 's/%/%%/g' -e 's/\\/&&/g' -e 's/[\\&|]/\\&/g')
    for entry in "$name.desktop" "$name-link.desktop"; do
        sed "s|^Exec=annotator|Exec=\"$command\"|" "$here/share/applications/$entry" >"$share/applications/$entry"
    done
    refresh
    echo "Arabic News Annotator is in your menu."
    ;;
--remove)
    rm -f "$share/applications/$name.desktop" "$share/applications/$name-link.desktop" "$share/mime/packages/$name.xml"
    for icon in "$share"/icons/hicolor/*/apps/"$name".*; do rm -f "$icon"; done
    refresh
    echo "Arabic News Annotator is no longer in your menu. This folder may now be deleted."
    ;;
*)
    sed -n '2,3s/^# //p' "$0"
    exit 2
    ;;
esac
