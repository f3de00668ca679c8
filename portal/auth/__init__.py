"""Who signs in, and what their role may do."""
