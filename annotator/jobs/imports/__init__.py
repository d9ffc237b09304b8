"""Files and folders brought into a corpus."""
