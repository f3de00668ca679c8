"""Every write of import and export."""
