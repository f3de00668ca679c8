"""Making, exchanging and destroying a tenant's keys."""
