#!/bin/sh
# check.sh PACKAGES [PICTURES]: tries the .deb and the .tar.gz in the folder PACKAGES as a person who has nothing but Debian would.
# To be run as root in a bare Debian that is thrown away afterwards (a container, a chroot). Pictures of the window go to PICTURES.
# What it installs besides the package is for looking on: a virtual screen, and the programs that files are asked about.
set -eu
checkout=$(cd "$(dirname "$0")/../.." && pwd)
packages=$(cd "$1" && pwd)
pictures=${2:-/tmp/pictures}
mkdir -p "$pictures"
pictures=$(cd "$pictures" && pwd)
deb=$(ls "$packages"/*.deb)
archive=$(ls "$packages"/*linux*.tar.gz)
name=arabic-news-annotator
work=$(mktemp -d /tmp/check.XXXXXX)
export HOME="$work/home" XDG_CONFIG_HOME="$work/home/.config" XDG_DATA_HOME="$work/home/.local/share" ANNOTATOR_LANGUAGE=en LANG=C.UTF-8
export DEBIAN_FRONTEND=noninteractive DISPLAY=:87 XDG_CURRENT_DESKTOP=GNOME
mkdir -p "$HOME"
cd "$work"

say() { printf '== %s\n' "$*"; }
fail() { printf 'FAILED: %s\n' "$*" >&2; exit 1; }
same() { [ "$2" = "$3" ] || fail "$1: “$2” instead of “$3”"; }
install() { apt-get install -y -q "$@" >"$work/apt.log" 2>&1 || { tail -20 "$work/apt.log"; fail "apt-get install $*"; }; }

screen() {
    Xvfb :87 -screen 0 1366x768x24 >/dev/null 2>&1 &
    screen=$!
    dbus-daemon --session --nofork --address="unix:path=$work/bus" >/dev/null 2>&1 &
    bus=$!
    export DBUS_SESSION_BUS_ADDRESS="unix:path=$work/bus"
    trap 'kill $screen $bus' EXIT
    sleep 2
}

# window PICTURE PROGRAM...: starts a program, waits for its window, takes the picture, and ends it as a person would.
window() {
    picture=$1
    shift
    "$@" >"$work/said" 2>&1 &
    shown=
    for _ in $(seq 300); do
        shown=$(xdotool search --onlyvisible --class annotator 2>/dev/null | tail -n 1) || true
        [ -z "$shown" ] || break
        sleep 0.2
    done
    [ -n "$shown" ] || { cat "$work/said"; fail "$1: no window after a minute"; }
    program=$(xdotool getwindowpid "$shown")
    sleep "${linger:-4}"
    import -window root "$pictures/$picture"
    xdotool windowfocus "$shown" key --clearmodifiers ctrl+q
    for _ in $(seq 100); do kill -0 "$program" 2>/dev/null || break; sleep 0.2; done
    if kill -0 "$program" 2>/dev/null; then kill "$program"; fail "Ctrl+Q does not end it"; fi
    if grep -v "XDG_RUNTIME_DIR\|org.freedesktop.portal\|^$" "$work/said"; then fail "it said this"; fi
}

# wayland PICTURE PROGRAM...: the same in a session of sway, a Wayland compositor, without a screen and without X.
wayland() {
    picture=$1
    shift
    session=$(mktemp -d /tmp/wayland.XXXXXX)
    mkdir -m 700 -p "$work/runtime"
    printf 'xwayland disable\noutput HEADLESS-1 resolution 1366x768\ndefault_border none\n' >"$session/config"
    chown -R nobody "$session"  # sway refuses to be root
    setpriv --reuid nobody --regid nogroup --clear-groups env -i PATH="$PATH" HOME="$session" XDG_RUNTIME_DIR="$session" \
        WLR_BACKENDS=headless WLR_LIBINPUT_NO_DEVICES=1 WLR_RENDERER=pixman sway -c "$session/config" >"$session/said" 2>&1 &
    compositor=$!
    for _ in $(seq 100); do ls "$session"/sway-ipc.* "$session"/wayland-?.lock >/dev/null 2>&1 && break; sleep 0.2; done
    display=$(ls "$session"/wayland-?.lock) || { cat "$session/said"; fail "sway does not start"; }
    SWAYSOCK=$(ls "$session"/sway-ipc.*)
    export SWAYSOCK
    env -u DISPLAY XDG_RUNTIME_DIR="$work/runtime" XDG_SESSION_TYPE=wayland WAYLAND_DISPLAY="${display%.lock}" "$@" >"$work/said" 2>&1 &
    program=$!
    for _ in $(seq 300); do swaymsg -t get_tree | grep -q "\"app_id\": \"$name\"" && break; sleep 0.2; done
    swaymsg -t get_tree | grep -q "\"app_id\": \"$name\"" || { cat "$work/said"; fail "$picture: no window on Wayland after a minute"; }
    sleep 4
    XDG_RUNTIME_DIR="$session" WAYLAND_DISPLAY="${display%.lock}" grim "$pictures/$picture"
    swaymsg "[app_id=\"$name\"] kill" >/dev/null
    for _ in $(seq 100); do kill -0 "$program" 2>/dev/null || break; sleep 0.2; done
    if kill -0 "$program" 2>/dev/null; then kill "$program"; fail "closing its window does not end it on Wayland"; fi
    kill "$compositor"
    rm -rf "$session"
    if grep -v "QWaylandTextInput\|org.freedesktop.portal\|^$" "$work/said"; then fail "it said this on Wayland"; fi
}

# commands PROGRAM: the main job without a window, and that what is written is what was there.
commands() {
    rm -f "$work"/c.corpus*
    "$1" import c.corpus "$checkout"/resources/samples "$checkout"/packaging/linux/trial >imported.txt || fail "import"
    "$1" list c.corpus --json >list.json
    articles=$(grep -o '"uid"' list.json | wc -l)
    same "articles" "$articles" "$(find "$checkout"/resources/samples "$checkout"/packaging/linux/trial -type f | wc -l)"
    "$1" suggest c.corpus --accept >accepted.txt
    rm -rf out
    mkdir out
    "$1" export c.corpus out/training.conll --format conll2003 --state all --json >report.json
    grep -q '"verified": true' report.json || fail "the export is not verified"
    begun=$(grep -c ' B-' out/training.conll)
    [ "$begun" -gt 100 ] || fail "only $begun spans were written"
    rm -f "$work"/d.corpus*
    "$1" import d.corpus out/training.conll >read.txt || fail "reading back"
    same "spans read back" "$(sed -n 's/.*[^0-9]\([0-9]*\) spans read.*/\1/p' read.txt)" "$begun"
    cp d.corpus unlearned.corpus
    "$1" learn d.corpus >learned.txt 2>&1 || { cat learned.txt; fail "learn"; }
    "$1" search c.corpus "وزارة" --json | grep -q snippet || fail "search"
    if "$1" export c.corpus out/training.spacy --format spacy --state all >missing.txt 2>&1; then fail "spaCy is not there"; fi
    grep -q "pip install" missing.txt || { cat missing.txt; fail "what spaCy needs is not said"; }
}

say "a bare system has none of it"
if command -v annotator Xvfb >/dev/null; then fail "this system is not bare"; fi
apt-get update -q >/dev/null 2>&1

say "the .tar.gz: commands on a system with nothing"
tar -xzf "$archive"
portable=$work/$(basename "$archive" .tar.gz)
commands "$portable/annotator"

say "the .deb: installed with apt alone, as an older version first"
mkdir old
dpkg-deb --raw-extract "$deb" old
version=$(sed -n 's/^Version: //p' old/DEBIAN/control)
sed -i "s/^Version: .*/Version: 0.0.1~$version/" old/DEBIAN/control
dpkg-deb --root-owner-group -Znone --build old older.deb >/dev/null
rm -r old
install ./older.deb
annotator --version >/dev/null || fail "the older version does not run"
annotator import "$HOME/kept.corpus" "$checkout/resources/samples" >/dev/null
mkdir -p "$XDG_CONFIG_HOME/annotator"
echo '{"language": "fr", "theme": "dark", "last_corpus": "'"$HOME"'/kept.corpus"}' >"$XDG_CONFIG_HOME/annotator/settings.json"
cp "$XDG_CONFIG_HOME/annotator/settings.json" "$HOME/kept.corpus" "$work"
install "$deb"
same "version" "$(annotator --version)" "annotator, version $version"
same "version in dpkg" "$(dpkg-query -W -f '${Version}' $name)" "$version"
cmp -s settings.json "$XDG_CONFIG_HOME/annotator/settings.json" || fail "an upgrade changed the settings"
cmp -s kept.corpus "$HOME/kept.corpus" || fail "an upgrade changed a corpus"
same "installed megabytes, 220 at most" "$(($(dpkg-query -W -f '${Installed-Size}' $name) / 1000 <= 220))" 1
say "the .deb: commands"
commands annotator
bash -n /usr/share/bash-completion/completions/annotator || fail "completion in bash"
same "completion" "$(COMP_WORDS="annotator exp" COMP_CWORD=1 _ANNOTATOR_COMPLETE=bash_complete annotator | head -1)" plain,export

say "the .deb: window"
install xvfb dbus-daemon xdotool imagemagick procps libglib2.0-bin xdg-utils desktop-file-utils shared-mime-info appstream
screen
export ANNOTATOR_LANGUAGE=ar
window deb-first-start.png env XDG_CONFIG_HOME="$work/fresh" XDG_DATA_HOME="$work/fresh" annotator
unset ANNOTATOR_LANGUAGE
window deb-settings-kept.png annotator
say "the .deb: window on Wayland"
install sway grim
wayland deb-wayland.png annotator

say "the .deb: a corpus is recognised, and a double click opens it"
cp c.corpus without-suffix
for file in c.corpus without-suffix; do
    same "kind of $file" "$(gio info -a standard::content-type $file | sed -n 's/.*content-type: //p')" "application/vnd.arabic-news-annotator.corpus+sqlite3"
    same "kind of $file for xdg-mime" "$(xdg-mime query filetype $file)" "application/vnd.arabic-news-annotator.corpus+sqlite3"
done
same "what opens it" "$(xdg-mime query default application/vnd.arabic-news-annotator.corpus+sqlite3)" "$name.desktop"
double_click() { gio launch "/usr/share/applications/$name.desktop" "$work/c.corpus"; }
window deb-double-click.png double_click
same "what opens a link" "$(xdg-mime query default x-scheme-handler/$name)" "$name-link.desktop"
click() { gio open "$name://$work/c.corpus?at=1@0-5"; }
window deb-link.png click
for entry in "$name" "$name-link"; do
    desktop-file-validate "/usr/share/applications/$entry.desktop" || fail "the entry $entry"
done
appstreamcli validate --no-net "/usr/share/metainfo/$name.metainfo.xml" >metainfo.txt || true
same "faults of the metainfo" "$(grep '^E:' metainfo.txt | sed 's/.* //' | sort -u)" "web-url-expected"

say "the .deb: learning beside the window, in a process of its own"
before=$(stat -c %s unlearned.corpus)
while [ ! -e watched ]; do
    if pgrep -f "learn $work/unlearned.corpus" >/dev/null; then touch seen; fi
    sleep 0.05
done &
linger=20 window deb-learned.png annotator unlearned.corpus
touch watched
[ -e seen ] || fail "no process learned beside the window"
[ "$(stat -c %s unlearned.corpus)" -gt "$before" ] || fail "nothing was learned beside the window"

say "the .deb: removed, nothing but the person's own is left"
dpkg -L $name >brought.txt
grep -q "^/usr/bin/annotator$" brought.txt || fail "the list of what the package brought"
apt-get purge -y -q $name >/dev/null 2>&1
runtime=/tmp/$name-$(id -u)  # of the windows of this person, until the next start of the system
same "what closed windows leave for a second start" "$(find "$runtime" ! -type d -printf '%f\n')" lock
left=$(find / -xdev \( -path "$runtime" -o -path "$work" -o -path "$checkout" -o -path "$packages" -o -path /proc -o -path /var/log \) -prune -o -iname "*$name*" -print)
[ -z "$left" ] || fail "this is left: $left"
if [ -e /usr/bin/annotator ] || [ -L /usr/bin/annotator ]; then fail "the command is left"; fi
while read -r path; do
    if [ -L "$path" ] || [ -f "$path" ]; then fail "the package left $path"; fi
done <brought.txt
if dpkg-query -W $name >/dev/null 2>&1; then fail "dpkg still knows it"; fi
[ -s "$HOME/kept.corpus" ] || fail "a corpus was removed"
[ -s "$XDG_CONFIG_HOME/annotator/settings.json" ] || fail "the settings were removed"

say "the .tar.gz: window, with what its README.txt names"
apt-get autoremove --purge -y -q >/dev/null 2>&1
install $(sed -n 's/^ *sudo apt install //p' "$portable/README.txt")
window targz.png env ANNOTATOR_LANGUAGE=en "$portable/annotator" c.corpus
say "the .tar.gz: window on Wayland"
install sway grim
wayland targz-wayland.png env ANNOTATOR_LANGUAGE=en "$portable/annotator" c.corpus
say "the .tar.gz: in the menu, and out of it"
moved="$work/a folder of \$mine's"
mv "$portable" "$moved"
"$moved/install.sh" >/dev/null
same "kind of a file" "$(gio info -a standard::content-type without-suffix | sed -n 's/.*content-type: //p')" "application/vnd.arabic-news-annotator.corpus+sqlite3"
double_click() { gio launch "$XDG_DATA_HOME/applications/$name.desktop" "$work/c.corpus"; }
window targz-double-click.png double_click
window targz-link.png click
"$moved/install.sh" --remove >/dev/null
same "what install.sh left" "$(find "$XDG_DATA_HOME" -name "*$name*" ! -path '*/mime/application/*')" ""
say "all is well"
