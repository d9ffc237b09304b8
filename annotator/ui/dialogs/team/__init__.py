"""What people who share a corpus see of each other: articles given out, conflicts, agreement, members."""
