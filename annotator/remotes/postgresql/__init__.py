"""A PostgreSQL server as the remote of a team. The server is what `migrations` make: Python calls its functions."""
