"""What stands around the article: lists, bars, the status line."""
