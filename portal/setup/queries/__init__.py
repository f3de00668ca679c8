"""Every read about how far a clinic is set up."""

from portal.setup.queries.checklist import counts
from portal.setup.queries.coverage import Coverage, CoverageQuery, Covered, coverage

__all__ = ["Coverage", "CoverageQuery", "Covered", "counts", "coverage"]
