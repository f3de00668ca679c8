"""Contents of the pages, a file a page: made of queries and rules, asked by the views."""
