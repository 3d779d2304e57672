#!/bin/sh
# Sets up grym on a machine that has python3, python3-venv and make. Called by the Makefile, never by hand.
#
#   setup.sh uv ARGUMENTS…   run uv in the checkout; it is put into .uv/ unless a usable one is on PATH
#   setup.sh sync run|dev    make .venv/ from uv.lock, without or with the tools of developers
#   setup.sh sync views      make .venv-views/ for the views on Faust, which do not agree with the extra ml
#   setup.sh sync ml         make .venv-ml/ for neural models: torch from the Python registry is some gigabytes
#   setup.sh system          FluidSynth and a General MIDI SoundFont, which make the sound better but are not needed
#
# Policy: progress goes to stderr; no interpreter is ever downloaded; what needs rights we do not have is printed as
# the exact command, and the set-up goes on, because the built-in synthesiser needs no system package.
set -eu
cd "$(dirname "$0")/.."

UV_VERSION=0.13.8   # the version uv.lock was written with
UV_MINIMUM=0.8.0    # older ones do not read the conflicts and groups of pyproject.toml as meant

# Trust what this machine trusts (a company's own certificate, for one); without a system store uv brings its own.
if [ -e /etc/ssl/certs/ca-certificates.crt ]; then export UV_SYSTEM_CERTS=true; fi
export UV_PYTHON_DOWNLOADS=never

say() { printf '%s\n' "$*" >&2; }

# True where version $1 is at least $2, both of three numbers.
at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -t. -k1,1n -k2,2n -k3,3n | head -n 1)" = "$2" ]; }

# Prints the first Python from 3.11 on; a name may be a shim that does not work, so each is run.
find_python() {
    for name in python3 python3.13 python3.12 python3.11 python3.14 python; do
        if path=$(command -v "$name") && "$path" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            printf '%s\n' "$path"
            return 0
        fi
    done
    say "grym needs Python 3.11 or newer, and none was found on PATH."
    say "  Debian, Ubuntu: apt-get install --no-install-recommends python3 python3-venv"
    say "  macOS:          brew install python@3.13"
    return 1
}

usable_uv() {
    version=$("$1" --version 2>/dev/null | sed -n 's/^uv \([0-9.]*\).*/\1/p')
    [ -n "$version" ] && at_least "$version" "$UV_MINIMUM"
}

find_uv() {
    if usable_uv .uv/bin/uv; then printf '%s\n' "$PWD/.uv/bin/uv"; return 0; fi
    if path=$(command -v uv) && usable_uv "$path"; then printf '%s\n' "$path"; return 0; fi
    python=$(find_python)
    say "Putting uv $UV_VERSION into .uv/ ..."
    rm -rf .uv
    if ! "$python" -m venv .uv >&2; then
        rm -rf .uv
        say "This Python cannot make virtual environments. Add the missing part, then run the same command again:"
        say "  apt-get install --no-install-recommends python3-venv"
        return 1
    fi
    .uv/bin/python -m pip install --quiet --disable-pip-version-check "uv==$UV_VERSION" >&2
    printf '%s\n' "$PWD/.uv/bin/uv"
}

sync() {
    uv=$(find_uv)
    case $1 in
        run) groups=--no-dev ;;
        dev) groups='--group dev' ;;
        views|ml) apart "$1"; return ;;
        *) say "sync run, sync dev, sync views or sync ml"; return 2 ;;
    esac
    # A virtual environment that works keeps its interpreter; otherwise the one that was found makes it.
    if .venv/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then python=.venv/bin/python
    else python=$(find_python); fi
    say "Installing the locked packages into .venv/ ($1) ..."
    # --inexact: neither the extras a user added nor the tools of developers are taken away again.
    # shellcheck disable=SC2086  # an option and its value
    "$uv" sync --quiet --frozen --inexact $groups --python "$python" >&2
    touch ".venv/.grym-$1"
    if [ "$1" = dev ]; then touch .venv/.grym-run; fi
}

# An environment of its own for an extra, with the tools of developers.
apart() {
    say "Installing the locked packages into .venv-$1/ ..."
    UV_PROJECT_ENVIRONMENT=".venv-$1" "$uv" sync --quiet --frozen --extra "$1" --group dev --python "$(find_python)" >&2
    touch ".venv-$1/.grym-$1"
}

has_fluidsynth() {
    "$1" -c 'import ctypes.util, sys; sys.exit(ctypes.util.find_library("fluidsynth") is None)' 2>/dev/null
}

has_soundfont() {
    for folder in /usr/share/sounds/sf2 /usr/share/sounds/sf3 /usr/share/soundfonts; do
        if [ -d "$folder" ] && [ -n "$(find -L "$folder" -name '*.sf[23]' -print -quit)" ]; then return 0; fi
    done
    return 1
}

system() {
    packages="libfluidsynth3 fluid-soundfont-gm fluidsynth"
    if has_fluidsynth "$(find_python)" && has_soundfont; then return 0; fi
    if [ "$(uname -s)" = Darwin ]; then
        say "For sampled instruments: brew install fluid-synth, and GRYM_SOUNDFONT=<a General MIDI .sf2 file>."
    elif ! command -v apt-get >/dev/null; then
        say "For sampled instruments install FluidSynth 2 or 3 and a General MIDI SoundFont with your package tool."
    elif [ "$(id -u)" -ne 0 ]; then
        say "For sampled instruments, as an administrator: apt-get install --no-install-recommends $packages"
    else
        say "Installing $packages ..."
        export DEBIAN_FRONTEND=noninteractive
        # shellcheck disable=SC2086  # one word per package
        if apt-get update -qq >&2 && apt-get install -y -qq --no-install-recommends $packages >/dev/null; then return 0; fi
        say "That did not work; later: apt-get install --no-install-recommends $packages"
    fi
    say "Going on without: the built-in synthesiser plays."
}

case ${1:-} in
    uv) shift; uv=$(find_uv); exec "$uv" "$@" ;;
    sync) sync "${2:-}" ;;
    system) system ;;
    *) say "usage: setup.sh uv ARGUMENTS | sync run | sync dev | sync views | sync ml | system"; exit 2 ;;
esac
