"""The article view: layout, painting, caret and mouse over QTextLayout."""
