"""Commands on files that are brought, of staff and of the worker."""
