"""The background jobs of `flask worker`, each when it is due."""
