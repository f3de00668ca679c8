"""Commands on exports, of staff and the worker."""
