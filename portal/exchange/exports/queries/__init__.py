"""Every read of import and export."""
