"""Import and export: a clinic's lists as tables that spreadsheets read and write."""
