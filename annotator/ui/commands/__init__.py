"""The commands behind the actions: a method for each row of the table."""
