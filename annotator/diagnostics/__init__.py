"""The log, the reports of crashes, and what of a text may stand in them."""
