"""The application for a WSGI server and for `flask --app wsgi`."""

from portal.app import create_app
from portal.config import configured

app = create_app(configured())
