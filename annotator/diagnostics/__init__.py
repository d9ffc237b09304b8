"""The log, crash reports, and what text they may contain."""
