"""Colours of the two themes and the style sheet built from them.

Text stays readable in any label's colour: WCAG 2.2 requires a contrast of 4.5 (1.4.3, level AA).
"""

from functools import lru_cache, reduce
from typing import Final

from msgspec import Struct
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from annotator.model.colours import contrast_ratio, ensure_contrast
from annotator.model.labels import Label
from annotator.resources import resource_path
from annotator.ui.widgets import fonts

MENU_RADIUS: Final = 8  # pixels
_SYSTEM_FONTS: Final = "QMenuBar, QMenu, QToolTip, QStatusBar, QMessageBox, QAbstractItemView"
"""Widgets to which Qt gives the font of the system theme, whenever it changes, despite the program's font."""


class Theme(Struct, frozen=True):
    """The colours of the interface as `#rrggbb`."""

    is_dark: bool
    window: str
    panel: str
    paper: str
    ink: str
    dim: str
    faint: str
    rule: str
    edge: str
    """Of a control that one would not see without it: 3:1 on every background, text is not written in it."""
    accent: str
    accent_ink: str
    highlight: str
    selection: str
    hit: str
    warning: str

    def line_colour(self, label: Label) -> QColor:
        """Return the colour of the line under a label's spans."""
        return QColor(self._base_colour(label))

    def caption_colour(self, label: Label) -> QColor:
        """Return the colour of the caption under a label's spans, readable on paper."""
        return QColor(_make_readable(self._base_colour(label), (self.paper,)))

    def fill_colour(self, label: Label, strength: float = 1.0) -> QColor:
        """Return the translucent colour behind a label's spans, `strength` 1 if unselected.

        Text in `ink` is readable on any number of overlapping fills.
        """
        # The opaque colour leaves the ink readable, and so does any mixture of several with the paper.
        colour = QColor(_soften(self._base_colour(label), self.paper, self.ink, 7.0 if self.is_dark else 5.0))
        colour.setAlphaF(min(1.0, (0.7 if self.is_dark else 0.28) * strength))
        return colour

    def name_colour(self, label: Label, strength: float = 1.0) -> QColor:
        """Return a label title's colour on its own fill of this strength, on panel, window or paper."""
        fill = self.fill_colour(label, strength)
        backgrounds = tuple(
            blend(background, fill.name(), fill.alphaF()) for background in (self.panel, self.window, self.paper)
        )
        return QColor(_make_readable(self._base_colour(label), backgrounds))

    def _base_colour(self, label: Label) -> str:
        return label.colour.dark if self.is_dark else label.colour.light


LIGHT: Final = Theme(
    is_dark=False,
    window="#f1efea",
    panel="#f8f6f2",
    paper="#fffdf8",
    ink="#23211e",
    dim="#58534c",
    faint="#6f6a63",
    rule="#e3ded5",
    edge="#857f76",
    accent="#225c55",
    accent_ink="#ffffff",
    highlight="#dceae7",
    selection="#aecbf5",
    hit="#ffe88a",
    warning="#a03b2a",
)
DARK: Final = Theme(
    is_dark=True,
    window="#191c1f",
    panel="#1f2326",
    paper="#25292d",
    ink="#e6e2da",
    dim="#bcb7ae",
    faint="#99948b",
    rule="#353a3f",
    edge="#878e95",
    accent="#7cc4ba",
    accent_ink="#12211f",
    highlight="#2b423f",
    selection="#17507c",
    hit="#6a3d16",
    warning="#eb9b8a",
)
_DARK_WINDOW: Final = QColor(DARK.window)


def current_theme() -> Theme:
    """Return the theme that `apply_theme` gave the application; widgets that paint themselves ask each time."""
    is_dark = QGuiApplication.palette().color(QPalette.ColorRole.Window) == _DARK_WINDOW
    return DARK if is_dark else LIGHT


def apply_theme(application: QApplication, theme: Theme) -> None:
    """Give all widgets this theme: they get a PaletteChange and are painted again."""
    application.setPalette(make_palette(theme))
    application.setStyleSheet(style_sheet(theme))


def make_palette(theme: Theme) -> QPalette:
    """Return the colours that the style sheet does not set."""
    palette = QPalette(QColor(theme.panel))
    for role, colour in (
        (QPalette.ColorRole.Window, theme.window),
        (QPalette.ColorRole.Base, theme.paper),
        (QPalette.ColorRole.Text, theme.ink),
        (QPalette.ColorRole.WindowText, theme.ink),
        (QPalette.ColorRole.ButtonText, theme.ink),
        (QPalette.ColorRole.Highlight, theme.highlight),
        (QPalette.ColorRole.HighlightedText, theme.ink),
        (QPalette.ColorRole.PlaceholderText, theme.faint),
        (QPalette.ColorRole.ToolTipBase, theme.paper),
        (QPalette.ColorRole.ToolTipText, theme.ink),
        (QPalette.ColorRole.Link, theme.accent),
        (QPalette.ColorRole.LinkVisited, theme.accent),
    ):
        palette.setColor(role, QColor(colour))
    return palette


@lru_cache(maxsize=1024)
def blend(background: str, colour: str, opacity: float) -> str:
    """Blend `colour` over `background`, both `#rrggbb`, as Qt does."""
    return "#" + "".join(
        f"{round(below + (above - below) * opacity):02x}"
        for below, above in zip(_rgb(background), _rgb(colour), strict=True)
    )


def _rgb(colour: str) -> bytes:
    return bytes.fromhex(colour[1:])


@lru_cache(maxsize=1024)
def _soften(colour: str, paper: str, ink: str, ratio: float) -> str:
    """Blend `colour` into the paper until `ink` has this contrast on it."""
    steps = (blend(colour, paper, step / 20) for step in range(20))
    return next((mixture for mixture in steps if contrast_ratio(mixture, ink) >= ratio), paper)


@lru_cache(maxsize=1024)
def _make_readable(colour: str, backgrounds: tuple[str, ...]) -> str:
    return reduce(ensure_contrast, backgrounds, colour)


def _image_path(name: str, theme: Theme) -> str:
    path = resource_path("icons", f"{name}-{'dark' if theme.is_dark else 'light'}.svg").as_posix()
    return path.replace("\\", "\\\\").replace('"', '\\"')  # for quotes: the program may be in any folder


def style_sheet(theme: Theme) -> str:
    """Return the program's style sheet."""
    families = ", ".join(f'"{family}"' for family in fonts.INTERFACE_FAMILIES)
    return f"""
    QWidget {{ color: {theme.ink}; }}
    {_SYSTEM_FONTS} {{ font-family: {families}; font-size: {fonts.INTERFACE_SIZE}px; }}
    QMainWindow, QDialog, QMessageBox {{ background: {theme.window}; }}
    #panel {{ background: {theme.panel}; border: none; }}
    #heading {{ color: {theme.dim}; font-weight: bold; }}
    #quiet {{ color: {theme.dim}; }}
    #warning {{ color: {theme.warning}; }}
    #link {{ color: {theme.accent}; }}
    #hint {{ color: {theme.accent}; font-weight: bold; }}
    #card, #bar, #palette {{ background: {theme.paper}; border: 1px solid {theme.rule}; border-radius: 8px; }}
    #card QLabel, #bar QLabel, #toast QLabel, #trouble QLabel {{ background: transparent; }}
    #toast, #selection {{ background: {theme.paper}; border: 1px solid {theme.edge}; border-radius: 8px; }}
    #popup {{ background: {theme.paper}; border: 1px solid {theme.rule}; border-radius: {MENU_RADIUS}px; }}
    #popup QLabel {{ background: transparent; }}
    #trouble {{ background: {theme.paper}; border: 1px solid {theme.warning}; border-radius: 8px; }}
    QMenuBar {{ background: {theme.panel}; border-bottom: 1px solid {theme.rule}; padding: 2px 6px; }}
    QMenuBar::item {{ background: transparent; padding: 5px 10px; border-radius: 5px; }}
    #qt_menubar_ext_button {{ min-width: 16px; }}
    QMenuBar::item:selected {{ background: {theme.highlight}; }}
    QMenu {{ background: {theme.paper}; border: 1px solid {theme.rule}; border-radius: {MENU_RADIUS}px; padding: 5px; }}
    QMenu {{ menu-scrollable: 1; }} /* where the screen is low, else Qt has two columns, in Arabic from the left */
    QMenu::item {{ padding: 1px 16px; border-radius: 5px; }}
    QMenu::item:selected {{ background: {theme.highlight}; }}
    QMenu::item:disabled {{ color: {theme.faint}; }}
    QMenu::separator {{ height: 1px; background: {theme.rule}; margin: 5px 8px; }}
    QMenu::indicator {{ width: 16px; height: 16px; margin: 0 6px; }}
    QMenu::indicator:checked {{ image: url("{_image_path("check", theme)}"); }}
    QStatusBar {{ background: {theme.panel}; border-top: 1px solid {theme.rule}; }}
    QStatusBar::item {{ border: none; }}
    QPushButton {{
        background: {theme.paper}; border: 1px solid {theme.rule}; border-radius: 7px; padding: 7px 16px;
    }}
    QToolButton {{ background: transparent; border: none; border-radius: 5px; padding: 4px; }}
    QStatusBar QToolButton {{ padding: 0; }}
    #switcher {{ color: {theme.dim}; padding: 4px 24px; margin: 0 4px; }}
    #switcher::menu-indicator {{
        image: url("{_image_path("down", theme)}"); width: 12px; height: 12px;
        subcontrol-origin: padding; subcontrol-position: right center; right: 6px;
    }}
    QToolButton:hover {{ background: {theme.highlight}; }}
    QToolButton:focus {{ border: 1px solid {theme.accent}; }}
    QToolButton:checked {{ background: {theme.highlight}; }}
    QPushButton:hover {{ border-color: {theme.accent}; }}
    QPushButton:focus {{ border: 2px solid {theme.accent}; padding: 6px 15px; }}
    QPushButton:pressed, QPushButton:checked {{ background: {theme.highlight}; }}
    QPushButton:checked {{ border-color: {theme.accent}; }}
    QPushButton:disabled {{ color: {theme.faint}; }}
    QPushButton#primary, QPushButton:default {{
        background: {theme.accent}; color: {theme.accent_ink}; border: 1px solid {theme.accent};
    }}
    QPushButton#primary {{ font-weight: bold; }}
    QPushButton#primary:focus, QPushButton:default:focus {{ border: 2px solid {theme.ink}; }}
    QPushButton#primary:disabled {{ background: {theme.paper}; color: {theme.faint}; border-color: {theme.rule}; }}
    QLineEdit, QComboBox, QSpinBox, QPlainTextEdit, QTreeView {{
        background: {theme.paper}; border: 1px solid {theme.rule}; border-radius: 7px; padding: 6px 9px;
        selection-background-color: {theme.selection}; selection-color: {theme.ink};
        placeholder-text-color: {theme.faint};
    }}
    QLineEdit:focus, QPlainTextEdit:focus, QComboBox:focus, QSpinBox:focus, QTreeView:focus {{
        border-color: {theme.accent};
    }}
    QLineEdit#invalid {{ border-color: {theme.warning}; }}
    #card QLineEdit, #card QPlainTextEdit {{ padding: 0 8px; border-radius: 5px; }}
    #header QLineEdit {{ padding: 2px 6px; border-radius: 5px; }}
    #card QPushButton {{ padding: 4px 2px; border-radius: 5px; font-size: 12px; }}
    #card QPushButton:focus {{ padding: 3px 1px; }}
    #bar QPushButton {{ padding: 5px 9px; font-size: 12px; }}
    #bar QPushButton:focus {{ padding: 4px 8px; }}
    #toast QPushButton, #trouble QPushButton {{ padding: 4px 10px; }}
    #toast QPushButton:focus, #trouble QPushButton:focus {{ padding: 3px 9px; }}
    QComboBox#filter {{ background: transparent; border-color: transparent; padding: 4px 2px; color: {theme.dim}; }}
    QComboBox#filter:hover, QComboBox#filter:focus {{ border-color: {theme.rule}; }}
    QComboBox {{ combobox-popup: 0; }}
    QComboBox::drop-down {{ border: none; width: 26px; }}
    QComboBox::down-arrow {{ image: url("{_image_path("down", theme)}"); width: 12px; height: 12px; }}
    QComboBox:disabled {{ background: transparent; color: {theme.faint}; }}
    QComboBox::down-arrow:disabled {{ image: none; }}
    QSpinBox::up-button, QSpinBox::down-button {{ border: none; width: 0; }}
    QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
    QComboBox QAbstractItemView {{
        background: {theme.paper}; border: 1px solid {theme.rule}; border-radius: {MENU_RADIUS}px; padding: 4px;
        selection-background-color: {theme.highlight}; selection-color: {theme.ink};
    }}
    QComboBox QAbstractItemView::item {{ min-height: 30px; padding: 0 8px; border-radius: 5px; }}
    QComboBox QAbstractItemView::item:selected {{ background: {theme.highlight}; color: {theme.ink}; }}
    QTreeView {{ outline: none; }}
    QTreeView::item {{ padding: 4px; }}
    QTreeView::item:selected {{ background: {theme.highlight}; color: {theme.ink}; }}
    QHeaderView::section {{ background: {theme.panel}; border: none; padding: 5px 7px; color: {theme.dim}; }}
    QTabBar::tab {{ padding: 6px 16px; color: {theme.dim}; border-bottom: 2px solid transparent; }}
    QTabBar::tab:selected {{ color: {theme.ink}; border-bottom-color: {theme.accent}; }}
    QTabBar::tab:focus {{ background: {theme.highlight}; }}
    QTabWidget::pane {{ border: none; padding-top: 10px; }}
    #compact QTabBar::tab {{ padding: 4px 12px; }}
    #compact::pane {{ padding-top: 4px; }}
    QTextBrowser {{ background: {theme.paper}; border: 1px solid {theme.rule}; border-radius: 7px; }}
    QRadioButton {{ spacing: 8px; padding: 4px; border: 1px solid transparent; border-radius: 7px; }}
    QRadioButton:focus {{ border-color: {theme.accent}; }}
    QRadioButton::indicator {{
        width: 14px; height: 14px; border: 1px solid {theme.edge}; border-radius: 8px; background: {theme.paper};
    }}
    QRadioButton::indicator:checked {{
        width: 6px; height: 6px; border: 5px solid {theme.accent}; background: {theme.paper};
    }}
    QCheckBox {{ spacing: 8px; padding: 4px; border: 1px solid transparent; border-radius: 7px; }}
    QCheckBox:focus {{ border-color: {theme.accent}; }}
    QCheckBox::indicator, QTreeView::indicator, QListView::indicator {{
        width: 16px; height: 16px; border: 1px solid {theme.edge}; border-radius: 4px; background: {theme.paper};
    }}
    QCheckBox::indicator:checked, QTreeView::indicator:checked, QListView::indicator:checked {{
        background: {theme.accent}; border-color: {theme.accent}; image: url("{_image_path("tick", theme)}");
    }}
    QTreeView::indicator:indeterminate {{
        width: 6px; height: 6px; border: 6px solid {theme.accent}; background: {theme.accent_ink};
    }}
    QCheckBox::indicator:disabled, QTreeView::indicator:disabled {{ border-color: {theme.rule}; }}
    QListView {{ background: transparent; border: none; outline: none; }}
    #framed {{
        background: {theme.paper}; border: 1px solid {theme.rule}; border-radius: 7px; padding: 6px 9px;
    }}
    #framed:focus {{ border-color: {theme.accent}; }}
    QScrollArea {{ background: transparent; border: none; }}
    QToolTip {{ background: {theme.paper}; color: {theme.ink}; border: 1px solid {theme.edge}; padding: 0 2px; }}
    QProgressBar {{ background: {theme.rule}; border: none; border-radius: 3px; }}
    QProgressBar::chunk {{ background: {theme.accent}; border-radius: 3px; }}
    QScrollBar:vertical {{ background: transparent; width: 9px; margin: 2px; }}
    QScrollBar::handle:vertical {{ background: {theme.edge}; border-radius: 3px; min-height: 30px; }}
    QScrollBar::handle:vertical:hover {{ background: {theme.dim}; }}
    QScrollBar:horizontal {{ background: transparent; height: 9px; margin: 2px; }}
    QScrollBar::handle:horizontal {{ background: {theme.edge}; border-radius: 3px; min-width: 30px; }}
    QScrollBar::handle:horizontal:hover {{ background: {theme.dim}; }}
    QAbstractScrollArea::corner {{ background: transparent; border: none; }}
    QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page {{
        background: transparent; border: none; width: 0; height: 0;
    }}
    QSplitter::handle {{ background: transparent; }}
    """
