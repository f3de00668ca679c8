"""The application for a WSGI server and for `flask --app wsgi`."""

import sys

from portal.app import create_app
from portal.config import configured
from portal.startup import refuse_unready

# These commands are how a database becomes ready.
PREPARING = {"db", "database"}

app = create_app(configured())
if PREPARING.isdisjoint(sys.argv):
    refuse_unready(app)
