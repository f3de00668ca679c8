"""Every read about how far a clinic is set up."""

from portal.setup.queries.checklist import counts
from portal.setup.queries.coverage import Asked, Coverage, Covered, coverage

__all__ = ["Asked", "Coverage", "Covered", "counts", "coverage"]
