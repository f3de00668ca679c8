"""Files that are brought: what their columns are, what becomes of each line."""
