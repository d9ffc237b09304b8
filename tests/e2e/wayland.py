"""A Wayland compositor without a screen, with a mouse and a keyboard of its own: sway, as Debian has it.

Input comes as from devices, by the protocols for virtual ones (virtual-keyboard-unstable-v1 and
wlr-virtual-pointer-unstable-v1), spoken here directly: each request is two words and its arguments
(https://wayland.freedesktop.org/docs/html/ch04.html#sect-Protocol-Wire-Format).
"""

import ctypes
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import dev
from e2e.hands import KEYS, PLACES, Input
from PySide6.QtGui import QImage

from annotator.ui.actions.keyboard import to_latin

_CONFIG: Final = """\
xwayland disable
output HEADLESS-1 resolution {width}x{height} position 0 0 scale {scale}
default_border none
default_floating_border none
focus_on_window_activation focus
"""
_PATIENCE: Final = 60.0  # seconds
_NO_USER: Final = "nobody"

_LEFT, _RIGHT = 0x110, 0x111  # linux/input-event-codes.h
_NOTCH: Final = 15  # pixels of scrolling, as libinput has it for a wheel


def missing_programs() -> list[str]:
    """Return what of the compositor and the tools beside it is not installed."""
    return [program for program in dev.WAYLAND_PROGRAMS if not shutil.which(program)]


class CompositorEndedError(AssertionError):
    """The compositor closed the connection."""


class Compositor:
    """A running sway whose one output has no screen; windows fill it, dialogs stand in its middle."""

    def __init__(self, folder: Path, process: subprocess.Popen[bytes]) -> None:
        self._folder = folder
        self._process = process
        self.display = self._socket("wayland-*[0-9]")
        self._commands = self._socket("sway-ipc.*")

    def environment(self, runtime: Path) -> dict[str, str]:
        """Return the variables of a program that starts in a session here; `runtime` is a folder of its own."""
        return {"WAYLAND_DISPLAY": str(self.display), "XDG_RUNTIME_DIR": str(runtime), "XDG_SESSION_TYPE": "wayland"}

    def command(self, *words: str) -> Any:
        """Give sway a command, or ask it something with -t, and return its answer."""
        env = {**os.environ, "SWAYSOCK": str(self._commands)}
        done = subprocess.run(["swaymsg", "-r", *words], env=env, capture_output=True, text=True, timeout=_PATIENCE)
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)

    def windows(self) -> list[dict[str, Any]]:
        """Return what sway knows of each window: `app_id`, `name`, `rect`, `focused` and more."""
        nodes, windows = [self.command("-t", "get_tree")], []
        for node in nodes:
            nodes += [*node["nodes"], *node["floating_nodes"]]
            windows += [node] if node.get("pid") and node["type"] in ("con", "floating_con") else []
        return windows

    def paste(self) -> str:
        """Return the text on the clipboard, as another program gets it; "" where none is."""
        return self._run("wl-paste", "--no-newline", check=False).decode()

    def copy(self, text: str) -> None:
        """Put the text on the clipboard, from another program, which stays to serve it."""
        self._run("wl-copy", data=text.encode())

    def launch_token(self) -> str:
        """Return the activation token that sway gives to what a person starts in it; "" before sway 1.8."""
        file = self._folder / "token"
        self.command("exec", f'printf "<%s>" "$XDG_ACTIVATION_TOKEN" > {file}.new && mv {file}.new {file}')
        deadline = time.monotonic() + _PATIENCE
        while not file.exists():
            assert time.monotonic() < deadline, "sway starts nothing"
            time.sleep(0.02)
        return file.read_text()[1:-1]

    def picture(self, path: Path) -> QImage:
        """Write what the output shows as a PNG, and return it."""
        self._run("grim", str(path))
        return QImage(str(path))

    def _run(self, *command: str, data: bytes = b"", check: bool = True) -> bytes:
        env = {**os.environ, "WAYLAND_DISPLAY": str(self.display), "XDG_RUNTIME_DIR": str(self._folder)}
        with tempfile.TemporaryFile() as output:  # no pipe: what serves the clipboard keeps it open
            subprocess.run(command, env=env, input=data, stdout=output, check=check, timeout=_PATIENCE)
            output.seek(0)
            return output.read()

    def _socket(self, pattern: str) -> Path:
        deadline = time.monotonic() + _PATIENCE
        while True:
            for path in self._folder.glob(pattern):
                if path.is_socket():
                    return path
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"sway does not start: {(self._folder / 'sway.log').read_text()}")
            time.sleep(0.02)


@contextmanager
def compositor(width: int = 1366, height: int = 768, scale: float = 1) -> Iterator[Compositor]:
    """Run sway with an output of this size in pixels until the block ends.

    Sway refuses to be root, and then runs as a user without rights: its sockets are in a folder of that user's.
    """
    with tempfile.TemporaryDirectory(prefix="sway-") as name:
        folder = Path(name)
        config = folder / "config"
        config.write_text(_CONFIG.format(width=width, height=height, scale=scale))
        as_nobody: dict[str, Any] = {}
        if os.geteuid() == 0:
            as_nobody = {"user": _NO_USER, "group": "nogroup", "extra_groups": []}
            shutil.chown(folder, _NO_USER)
        env = {
            "PATH": os.environ["PATH"],
            "HOME": name,
            "XDG_RUNTIME_DIR": name,
            "WLR_BACKENDS": "headless",
            "WLR_LIBINPUT_NO_DEVICES": "1",
            "WLR_RENDERER": "pixman",  # drawn by the processor: the same on every machine
        }
        with (folder / "sway.log").open("wb") as log:
            process = subprocess.Popen(["sway", "-c", config], env=env, stdout=log, stderr=log, **as_nobody)
        try:
            yield Compositor(folder, process)
        finally:
            process.terminate()
            try:
                process.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


class Keymap:
    """A layout as libxkbcommon compiles it, and the modifiers that its pressed keys make."""

    def __init__(self, layout: str, variant: str = "") -> None:
        self._library = library = ctypes.CDLL("libxkbcommon.so.0")
        for name in ("xkb_context_new", "xkb_keymap_new_from_names", "xkb_state_new"):
            getattr(library, name).restype = ctypes.c_void_p
        library.xkb_keymap_get_as_string.restype = ctypes.c_char_p
        names = (ctypes.c_char_p * 5)(b"evdev", b"pc105", layout.encode(), variant.encode(), b"")
        context = ctypes.c_void_p(library.xkb_context_new(0))
        self._keymap = ctypes.c_void_p(library.xkb_keymap_new_from_names(context, names, 0))
        assert self._keymap, f"no such layout: {layout} {variant}"
        self._state = ctypes.c_void_p(library.xkb_state_new(self._keymap))
        self.text: bytes = library.xkb_keymap_get_as_string(self._keymap, 1) + b"\0"

    def code(self, symbol: str) -> int:
        """Return the place (as X counts them) of the key that has this symbol without modifiers."""
        wanted = self._library.xkb_keysym_from_name(symbol.encode(), 0)
        symbols = ctypes.POINTER(ctypes.c_uint32)()
        for code in range(9, 256):
            count = self._library.xkb_keymap_key_get_syms_by_level(self._keymap, code, 0, 0, ctypes.byref(symbols))
            if wanted and wanted in symbols[:count]:
                return code
        raise AssertionError(f"no key of this keyboard has {symbol}")

    def press(self, code: int, pressed: bool) -> tuple[int, int, int, int]:
        """Return the modifiers after this: depressed, latched, locked, and the group."""
        self._library.xkb_state_update_key(self._state, code, int(pressed))
        depressed, latched, locked = (
            self._library.xkb_state_serialize_mods(self._state, 1 << index) for index in range(3)
        )
        return depressed, latched, locked, self._library.xkb_state_serialize_layout(self._state, 1 << 7)


class WaylandHands(Input):
    """The mouse and the keyboard. Points are pixels of the output divided by its scale, as windows count them."""

    def __init__(self, compositor: Compositor, layout: str = "us", variant: str = "") -> None:
        rect = compositor.command("-t", "get_outputs")[0]["rect"]
        self._size = rect["width"], rect["height"]
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(_PATIENCE)
        self._socket.connect(str(compositor.display))
        self._last = 1  # the number of the newest object; 1 is the display
        self._began = time.monotonic()
        registry = self._make(1, 1)
        names = self._globals(registry)
        seat, pointers, keyboards, self._activation = (
            self._bind(registry, names, interface)
            for interface in (
                *("wl_seat", "zwlr_virtual_pointer_manager_v1"),
                *("zwp_virtual_keyboard_manager_v1", "xdg_activation_v1"),
            )
        )
        self._pointer = self._make(pointers, 0, _word(seat))
        self._keyboard = self._make(keyboards, 0, _word(seat))
        self.use(layout, variant)

    def close(self) -> None:
        self._socket.close()

    def use(self, layout: str, variant: str = "") -> None:
        """Give the keyboard another layout; clients have its keymap before the next key."""
        self._keymap = Keymap(layout, variant)
        with tempfile.TemporaryFile() as file:
            file.write(self._keymap.text)
            file.flush()
            arguments = _word(1) + _word(len(self._keymap.text))  # 1: text, version 1
            self._send(self._keyboard, 0, arguments, [file.fileno()])
            self._wait()

    def double_click(self, place: list[int]) -> None:
        self.click(place)
        time.sleep(0.05)
        self.click(place)

    def activation_token(self) -> str:
        """Return the token of a client that no key or click of a person asked for it (xdg-activation-v1)."""
        token = self._make(self._activation, 1)
        self._send(token, 3)  # commit
        for sender, event, data in self._events():
            if (sender, event) == (token, 0):
                return data[4:].partition(b"\0")[0].decode()
        raise AssertionError("the compositor gives no token")

    def code(self, key: str) -> int:
        if to_latin(key) in PLACES:
            return PLACES[to_latin(key)]
        return self._keymap.code(KEYS.get(key, key))

    def _code_of_symbol(self, name: str) -> int:
        return self._keymap.code(name)

    def _move(self, place: list[int]) -> None:
        self._send(self._pointer, 1, self._now() + b"".join(map(_word, (*place, *self._size))))
        self._frame()

    def _button(self, button: int, pressed: bool) -> None:
        code = {1: _LEFT, 3: _RIGHT}[button]
        self._send(self._pointer, 2, self._now() + _word(code) + _word(pressed))
        self._frame()

    def _scroll(self, *, down: bool) -> None:
        notches = 1 if down else -1
        self._send(self._pointer, 5, _word(0))  # a wheel
        self._send(self._pointer, 7, self._now() + _word(0) + _word(notches * _NOTCH * 256) + _word(notches))
        self._frame()

    def _key(self, code: int, pressed: bool) -> None:
        self._send(self._keyboard, 1, self._now() + _word(code - 8) + _word(pressed))  # evdev counts from 0, X from 8
        self._send(self._keyboard, 2, b"".join(map(_word, self._keymap.press(code, pressed))))
        self._wait()

    def _frame(self) -> None:
        self._send(self._pointer, 4)
        self._wait()

    def _now(self) -> bytes:
        return _word(int((time.monotonic() - self._began) * 1000))

    # The wire

    def _send(self, target: int, request: int, arguments: bytes = b"", files: Sequence[int] = ()) -> None:
        message = _word(target) + _word((8 + len(arguments)) << 16 | request) + arguments
        if files:
            socket.send_fds(self._socket, [message], files)
        else:
            self._socket.sendall(message)

    def _make(self, target: int, request: int, before: bytes = b"") -> int:
        """Send a request that makes an object and return its number."""
        self._last += 1
        self._send(target, request, before + _word(self._last))
        return self._last

    def _bind(self, registry: int, names: dict[str, int], interface: str) -> int:
        assert interface in names, f"this compositor has no {interface}"
        return self._make(registry, 0, _word(names[interface]) + _text(interface) + _word(1))

    def _globals(self, registry: int) -> dict[str, int]:
        """Return what the compositor offers: the name of each interface, by which it is bound."""
        entries = {}
        for sender, event, data in self._events():
            if sender == registry and event == 0:
                length = int.from_bytes(data[4:8], "little")
                entries[data[8 : 8 + length - 1].decode()] = int.from_bytes(data[:4], "little")
        return entries

    def _wait(self) -> None:
        """Wait until the compositor has done all that it was asked for."""
        for _event in self._events():
            pass

    def _events(self) -> Iterator[tuple[int, int, bytes]]:
        """Yield sender, number and data of each event until the compositor has done all that it was asked for."""
        done = self._make(1, 0)
        while True:
            head = self._receive(8)
            sender, second = int.from_bytes(head[:4], "little"), int.from_bytes(head[4:], "little")
            data = self._receive((second >> 16) - 8)
            assert (sender, second & 0xFFFF) != (1, 0), f"the compositor refuses: {data[12:].decode(errors='replace')}"
            yield sender, second & 0xFFFF, data
            if sender == done:
                return

    def _receive(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            more = self._socket.recv(count - len(data))
            if not more:
                raise CompositorEndedError
            data += more
        return data


def _word(value: int) -> bytes:
    return (value & 0xFFFFFFFF).to_bytes(4, "little")


def _text(value: str) -> bytes:
    data = value.encode() + b"\0"
    return _word(len(data)) + data + b"\0" * (-len(data) % 4)
