"""One's own acts of the last ten minutes on other records than visits, and their ways back."""
