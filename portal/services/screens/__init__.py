"""Contents of the pages: made of queries and rules, asked by the views."""
