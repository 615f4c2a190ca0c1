"""Publishing product versions and reading them back; what was read once is kept, for it never changes."""

from __future__ import annotations

from importlib import resources
from weakref import WeakKeyDictionary

from whiteslip.infra import arrays
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.kernel.errors import Conflict, NotFound
from whiteslip.money.products import rules
from whiteslip.money.products.model import PaymentKind, Product
from whiteslip.money.products.policies import name_of

sql = Sql(__package__)
_parsed: dict[tuple[int, str], Product] = {}
_known: WeakKeyDictionary[Connection, dict[int, Product]] = WeakKeyDictionary()


def shipped() -> tuple[str, ...]:
    """Return the product files that come with the program."""
    folder = resources.files(__package__ or "") / "data"
    files = sorted(folder.iterdir(), key=lambda entry: entry.name)
    return tuple(entry.read_text("utf-8") for entry in files if entry.name.endswith(".toml"))


def publish(db: Connection, text: str) -> Product:
    """Publish a product version. The same version again changes nothing; other terms are a conflict."""
    draft = rules.parse(text, product_id=0)
    row = sql.maybe(db, "find_product", name=draft.name, version=draft.version)
    if row is not None:
        if row.terms != text:
            raise Conflict(f"version {draft.version} of {draft.name} is published with other terms")
        return rules.parse(text, product_id=row.product_id)
    credit = draft.allocation.for_kind(PaymentKind.CREDIT)
    made = sql.one(
        db,
        "publish_product",
        name=draft.name,
        version=draft.version,
        effective_on=draft.effective_on,
        terms=text,
        due_days=draft.due_days,
        minimum_ppm=draft.minimum_ppm,
        revolving_fee_ppm=draft.revolving_fee_ppm,
        late_fee_ppm=draft.late_fee_ppm,
        grace_days=draft.grace_days,
        credit_order=arrays.texts([name_of(place) for place in credit.order]),
        credit_by_component=credit.by_component,
        credit_future=credit.future,
    )
    return rules.parse(text, product_id=made.product_id)


def live(db: Connection, name: str) -> Product:
    """Return the newest version of a product."""
    row = sql.maybe(db, "find_live_product", name=name)
    if row is None:
        raise NotFound(f"there is no product named {name!r}")
    return _parse(row.product_id, row.terms)


def by_id(db: Connection, product_ids: set[int]) -> dict[int, Product]:
    """Return products by id; each is read once a connection, for a published version never changes."""
    known = _known.setdefault(db, {})
    if not product_ids <= known.keys():
        rows = sql.many(db, "read_products", product_ids=arrays.ints(sorted(product_ids)))
        known.update({row.product_id: _parse(row.product_id, row.terms) for row in rows})
    return known


def _parse(product_id: int, terms: str) -> Product:
    if (product_id, terms) not in _parsed:
        _parsed[product_id, terms] = rules.parse(terms, product_id=product_id)
    return _parsed[product_id, terms]
