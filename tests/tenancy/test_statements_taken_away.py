"""What an injected statement took away of what was prepared costs no colleague a page.

The fault's kind: what the driver believes of its connection and what the server has differ, and a
request that did nothing wrong meets it as an error.
"""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from portal import connections
from portal.db import db
from tests.support.client import Browser
from tests.support.people import found

pytestmark = pytest.mark.database

PAGES = ("/facilities/", "/patients/", "/staff/")
# The driver would understand the plain command, and prepare anew.
TAKEN = {
    "all": "DO $$ BEGIN EXECUTE 'DEALLOCATE ALL'; END $$",
    "each": "DO $$ DECLARE n text; BEGIN FOR n IN SELECT name FROM pg_prepared_statements LOOP"
    " EXECUTE format('DEALLOCATE %I', n); END LOOP; END $$",
}


@pytest.mark.parametrize("taken", TAKEN)
@pytest.mark.parametrize("page", PAGES)
def test_the_next_page_of_the_same_clinic_is_shown(own_database, taken, page):
    app = own_database.app()
    with app.app_context():
        clinic = found("alder", "America/Chicago")
        pool = db.engine.pool
        pool._pool.maxsize, pool._overflow = 1, 0  # everybody gets the same connection
    browser = Browser(app).sign_in(clinic.owner)
    for _ in range(7):  # what is asked often is prepared
        assert browser.get(page).status_code == 200
    with app.app_context():
        connections.serve(clinic.id)
        with db.engine.connect() as connection:
            before = connection.scalar(text("SELECT count(*) FROM pg_prepared_statements"))
            assert before > 0
            connection.execute(text(TAKEN[taken]))
            with pytest.raises(OperationalError, match="by SQL"):
                connection.commit()
    assert browser.get(page).status_code == 200
