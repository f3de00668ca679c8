"""What the pages show: made of queries and rules, asked by the views."""
