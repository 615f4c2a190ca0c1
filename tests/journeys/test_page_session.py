"""The shop's app opens the pages for its customer: a link, a button, their own pages and no others."""

from __future__ import annotations

from tests.api.conftest import Shop, served
from tests.web.visitors import Visitor
