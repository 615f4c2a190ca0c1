"""The pages of a shop; which shop comes from the session, never from the address."""

from __future__ import annotations

from datetime import date, timedelta

from whiteslip.infra import business_day
from whiteslip.kernel.errors import NotFound
from whiteslip.views import customers_api as people
from whiteslip.views import shops
from whiteslip.views.customers_api import MerchantView
from whiteslip.views.shops import Day
from whiteslip.web import pictures
from whiteslip.web.rights import merchant
from whiteslip.web.table import Routes
from whiteslip.web.visiting import Answer, Visit

routes = Routes("shop")
LATEST, DAYS_BACK, EVENTS_A_PAGE = 10, 30, 100
NEWEST = 2**63 - 1


@routes.page("/shop", sees=merchant(), nav="shop", order=10)
def show_shop(visit: Visit) -> Answer:
    """Show the last month at a glance and the latest sales."""
    shop, on, days = _month(visit)
    latest = shops.sales(
        visit.db, shop.merchant_id, status="", order_ref="", before=NEWEST, limit=LATEST
    )
    by_day = {day.business_date: day for day in days}
    span = [on - timedelta(days=back) for back in reversed(range(DAYS_BACK))]
    sold = [by_day[day].captured_minor / 100 if day in by_day else 0.0 for day in span]
    speak = visit.speak
    return visit.show(
        "shop/home.html",
        shop=shop,
        latest=latest,
        sold=sum(day.captured_minor for day in days),
        refunded=sum(day.refunded_minor for day in days),
        payable=sum(day.payable_minor for day in days if _paid_on(day.business_date) >= on),
        drawn=pictures.bars(
            speak.say("shop.sold_by_day"),
            [f"{day.month}/{day.day}" for day in span],
            {speak.say("shop.sold"): sold},
        ),
    )


@routes.page("/shop/settlement", sees=merchant(), nav="settlement", order=12)
def show_settlement(visit: Visit) -> Answer:
    """Show by day what was sold, given back and kept as our fee, and when the rest is paid out."""
    shop, on, days = _month(visit)
    rows = [(day, _paid_on(day.business_date)) for day in days]
    return visit.show("shop/settlement.html", shop=shop, rows=rows, on=on)


@routes.page("/shop/events", sees=merchant(), nav="shop_events", order=13)
def show_events(visit: Visit) -> Answer:
    """Show what happened to the shop's sales."""
    on = business_day.read(visit.db).current_on
    since = on - timedelta(days=DAYS_BACK)
    found = shops.events(visit.db, visit.merchant_id, since=since, limit=EVENTS_A_PAGE)
    return visit.show("shop/events.html", events=found)


def _month(visit: Visit) -> tuple[MerchantView, date, list[Day]]:
    shop = people.find_merchant(visit.db, visit.merchant_id)
    if shop is None:
        raise NotFound("there is no such shop")
    on = business_day.read(visit.db).current_on
    since = on - timedelta(days=DAYS_BACK)
    return shop, on, shops.days(visit.db, shop.merchant_id, since=since)


def _paid_on(day: date) -> date:
    return day + timedelta(days=shops.settlement_days())
