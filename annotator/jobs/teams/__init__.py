"""Making a team, joining it, and what its lead does.

May import what `jobs` may.
"""
