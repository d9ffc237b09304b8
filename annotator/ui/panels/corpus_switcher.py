"""The name of the open corpus at the end of the menu bar, which opens the list of recent ones."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QToolButton

from annotator.i18n import _
from annotator.ui.session.session import Session
from annotator.ui.widgets.bidi_text import isolate, isolate_ltr, tooltip

_MAX_WIDTH, _LOW_MAX_WIDTH = 240, 100  # pixels of the name
_LOW_STYLE = "padding-top: 0; padding-bottom: 0"


class CorpusSwitcher(QToolButton):
    """Shows the corpus's name, and `menu` on a click; hidden without a corpus."""

    def __init__(self, session: Session, menu: QMenu) -> None:
        super().__init__()
        self._session, self._max_width = session, _MAX_WIDTH
        self.setObjectName("switcher")
        self.setMenu(menu)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the menu Corpus has the same list
        session.on_change(self._show_corpus, "corpus")
        session.displaced.connect(self._show_corpus)
        self._show_corpus()

    def set_low(self, is_low: bool) -> None:
        """Be as high as the letters, and leave the menus room beside a long name, or have some room around it."""
        self.setStyleSheet(_LOW_STYLE if is_low else "")
        self._max_width = _LOW_MAX_WIDTH if is_low else _MAX_WIDTH
        self._show_corpus()

    def _show_corpus(self) -> None:
        corpus = self._session.corpus
        self.hide()  # the menu bar makes room for it when it is shown again
        if corpus:
            name = isolate(corpus.path.stem)
            self.setText(
                self.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, self._max_width).replace("&", "&&")
            )
            self.setAccessibleName(_("Corpus: {name}").format(name=name))
            self.setToolTip(tooltip(isolate_ltr(corpus.path)))
            self.show()
