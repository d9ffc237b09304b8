"""What is doubtful in the labelling of articles: pure functions over texts, zones and layers."""
