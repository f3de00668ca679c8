"""Which entries a seal covers.

A transaction's id falls into exactly one `minute` seal of its epoch. An epoch's first seal covers
what the epoch before it left: transactions that had not ended by its last seal, and entries that
came after. Ids tell the epochs apart, because a restored database may count its transactions from
the beginning again, but never its entries.
"""

from psycopg import sql

from portal.audit.seals import Seal


def since(first: Seal, last: Seal, closed: int | None = None) -> sql.Composed:
    """The entries that `minute` and `purge` seals from the first to the last cover, of one epoch.

    Args:
        closed: the highest id that the epoch sealed, when a later epoch has begun.
    """
    condition = sql.SQL("id >= {} AND xid >= {}::xid8 AND xid < {}::xid8").format(
        first.first_id, str(first.from_xid), str(last.until_xid)
    )
    if closed is None:
        return condition
    return sql.SQL("{} AND id <= {}").format(condition, closed)


def left_before(epoch: Seal, before: Seal | None) -> sql.Composed:
    """The entries that an epoch's first seal covers: all that the seal before it has not."""
    condition = sql.SQL("id < {}").format(epoch.first_id)
    if before is None:
        return condition
    return sql.SQL("{} AND id >= {} AND (xid >= {}::xid8 OR id > {})").format(
        condition, before.first_id, str(before.until_xid), before.last_id
    )


def unsealed(last: Seal) -> sql.Composed:
    """The entries that no seal covers yet."""
    return sql.SQL("id >= {} AND xid >= {}::xid8").format(last.first_id, str(last.until_xid))
