"""Every read about how far a clinic is set up."""

from portal.setup.queries.checklist import counts
from portal.setup.queries.coverage import Asked, Coverage, coverage

__all__ = ["Asked", "Coverage", "counts", "coverage"]
