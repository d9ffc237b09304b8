"""What the actions do: a method for each row of the table."""
