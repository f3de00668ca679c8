"""Names are sorted as people look them up: case, accents and apostrophes do not count."""

from alembic import op

from portal.tenancy.migrating import begin_again

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

# `portal.sorting.sort_key` says the same. Most names are ASCII, and have a short way; the planner
# puts the expression in the place of the call. "C" folds ASCII alone, on every server.
SORT_KEY = r"""
CREATE OR REPLACE FUNCTION sort_key(name text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN octet_length(name) = char_length(name)
    THEN translate(lower(name COLLATE "C"), '-.''`', ' ')
    ELSE replace(replace(replace(replace(replace(translate(
      translate(lower(regexp_replace(normalize(name, NFKD),
        U&'[\0300-\036F\1AB0-\1AFF\1DC0-\1DFF\20D0-\20FF\FE20-\FE2F]', '', 'g') COLLATE "C"),
        'ØŁĐÐÞÆŒĦŊŦıΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩςАБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯЂЄЅІЈЉЊЋЏҐ'
          || '-‐‒–—―−־'
          || U&'.''`‘’ʹʻʼʽ′\00AD\200B\200C\200D\200E\200F\2060\2066\2067\2068\2069\FEFF',
        'øłđðþæœħŋŧiαβγδεζηθικλμνξοπρστυφχψωσабвгдежзийклмнопрстуфхцчшщъыьэюяђєѕіјљњћџґ'
          || '        '),
      'øłđðħŋŧ', 'olddhnt'),
      'æ', 'ae'), 'œ', 'oe'), 'ß', 'ss'), 'ẞ', 'ss'), 'þ', 'th')
  END
$$
"""
INDEXES = {
    "ix_doctors_sorted": "doctors (tenant_id, sort_key(last_name), sort_key(first_name), id)",
    "ix_services_sorted": "services (tenant_id, sort_key(name), id)",
}
REPLACED = {
    "ix_doctors_last_name_first_name": "doctors (tenant_id, last_name, first_name)",
    "ix_services_name": "services (tenant_id, name)",
}


def upgrade() -> None:
    begin_again("to_regproc('sort_key') IS NOT NULL", downgrade)
    op.execute(SORT_KEY)
    _exchange(REPLACED, INDEXES)


def downgrade() -> None:
    _exchange(INDEXES, REPLACED)
    op.execute("DROP FUNCTION sort_key(text)")


def _exchange(old: dict[str, str], new: dict[str, str]) -> None:
    with op.get_context().autocommit_block():
        for name in old:
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
        for name, on in new.items():
            table, _space, columns = on.partition(" ")
            op.execute(
                f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {name}"
                f" ON {table} {columns} WHERE deleted_at IS NULL"
            )
