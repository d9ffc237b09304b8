"""The article view on QTextLayout: layout, painting, caret and mouse."""
