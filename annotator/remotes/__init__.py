"""Where the desktops of a team meet: a folder that they share, or a PostgreSQL server."""
