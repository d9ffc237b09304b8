"""The middle of the window: the header, bars, notices and pages around the article."""
