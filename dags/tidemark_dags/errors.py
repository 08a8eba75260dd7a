"""Errors whose text says what to do."""


class TidemarkError(Exception):
    """The base of all errors of this package."""


class UsageError(TidemarkError):
    """A setting or an argument that has to be changed."""


class LateError(TidemarkError):
    """Something did not come within its time limit; trying again later may help."""


class DifferenceError(TidemarkError):
    """Source and ClickHouse differ; the run's findings are in ops.reconciliation."""


class BusyError(TidemarkError):
    """Something else works on the same table (a snapshot, a rebuild, another compaction)."""
