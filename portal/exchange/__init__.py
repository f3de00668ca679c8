"""A clinic's lists as files, in and out: what is imported, and what is exported."""
