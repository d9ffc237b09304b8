"""The dialog in which the labels of a corpus are edited."""
