"""Applying for a line: what the bureau tells, what is not known, and the second try that succeeds."""

from __future__ import annotations

from collections.abc import Callable, Generator
from datetime import date, timedelta
from typing import Any, Final
from zlib import crc32

from whiteslip.credit.applications.identity import check_character
from whiteslip.gateways.bureau.people import BY_CODE, Behavior
from whiteslip.kernel.reason import ReasonCode
from whiteslip.world.causes.calling import StoryBroken
from whiteslip.world.causes.life import Life
from whiteslip.world.causes.model import Cause, Effect, NoticedBy, Promise, Said, Story, Within

DAY: Final = timedelta(days=1)
BORN: Final = date(1990, 3, 7)
FITTING: Final = 20_000
_CODE: Final = {behavior: code for code, behavior in BY_CODE.items()}
_LASTING: Final = ("received", "inquiring")
_REGION: Final = 310_000


def id_number(life: Life, behavior: Behavior, born: date = BORN) -> str:
    """Make up a person's identity number, always the same, about which the simulated bureau behaves so."""
    region = _REGION + crc32(life.story.key.encode()) % 10_000
    first = f"{region}{born:%Y%m%d}{_CODE[behavior]}"
    return first + check_character(first)


def applies(
    life: Life,
    number: str,
    *,
    born: date = BORN,
    each_look: Callable[[], None] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """Apply, wait until the machine has done its part, and return where the application stands.

    `each_look` is done before each look at it.
    """
    at = life.town.clock.now().isoformat()
    body = {
        "reference": f"story-{life.story.key}",
        "display_name": life.story.name.zh,
        "identity": {
            "name": life.story.name.zh,
            "id_number": number,
            "birth_on": born.isoformat(),
        },
        "monthly_income_minor": 1_200_000,
        "requested_limit_minor": 500_000,
        "consents": [
            {"purpose": purpose, "is_given": True, "said_at": at}
            for purpose in ("bureau_inquiry", "automated_decision")
        ],
        **more,
    }
    taken = life.town.app.post("/applications", body)
    life.customer_id = taken["customer_id"]
    return follows(life, taken["application_id"], each_look)


def follows(
    life: Life, application_id: str, each_look: Callable[[], None] | None = None
) -> dict[str, Any]:
    """Wait until an application waits for nobody but people."""
    path = f"/applications/{application_id}"

    def is_decided() -> bool:
        if each_look is not None:
            each_look()
        return life.town.app.get(path)["status"] not in _LASTING

    life.town.wait_until(is_decided, f"{application_id} is decided")
    found: dict[str, Any] = life.town.app.get(path)
    life.row.seen.update(reason["code"] for reason in found["reasons"])
    return found


def meets_application(life: Life, found: dict[str, Any]) -> None:
    """Meet an answer that is no approval; its notice has its reasons."""
    effects = {
        "declined": Effect.APPLICATION_DECLINED,
        "referred": Effect.APPLICATION_REFERRED,
    }
    if found["status"] not in effects:
        raise StoryBroken(f"the application is {found['status']}")
    codes = [reason["code"] for reason in found["reasons"]]
    kind = f"application_{found['status']}"
    life.meets(effects[found["status"]], codes, life.today, kinds=(kind,))
    life.first_sign()


def opens(life: Life, found: dict[str, Any], amount_minor: int = FITTING) -> None:
    """Be approved, and buy on the line."""
    if found["status"] != "approved":
        reasons = [reason["code"] for reason in found["reasons"]]
        raise StoryBroken(f"the application is {found['status']} for {reasons}")
    life.line_id = found["line_id"]
    life.buys_again(amount_minor)


def is_approved_by_a_person(life: Life, application_id: str, limit_minor: int) -> dict[str, Any]:
    """Let Bo look at the papers and approve."""
    path = f"/applications/{application_id}"
    life.row.steps.append("show papers")
    life.town.bo.post(f"{path}/review", {"limit_minor": limit_minor})
    life.treated("manual review")
    return follows(life, application_id)


def pays_off_elsewhere(life: Life, behavior: Behavior, days: int) -> Generator[date]:
    """Be declined for what the bureau tells, put it in order, and apply again."""
    number = id_number(life, behavior)
    meets_application(life, applies(life, number))
    yield life.today + days * DAY
    life.town.bureau_does(people={number[-4:]: Behavior.NORMAL})
    life.treated("applied again")
    life.row.steps.append("apply again")
    opens(life, applies(life, number))
    life.town.bureau_does(people={number[-4:]: behavior})


def owed_a_bank(life: Life) -> Generator[date]:
    """He is behind with a bank; declined, he pays it, and a month later the file is in order."""
    yield from pays_off_elsewhere(life, Behavior.ARREARS, 30)


def borrowed_everywhere(life: Life) -> Generator[date]:
    """Nine lenders and twelve more asked; she pays them off one by one and asks nobody for half a year."""
    yield from pays_off_elsewhere(life, Behavior.PLATFORMS, 150)


def mistyped_his_number(life: Life) -> Generator[date]:
    """The register does not match his number with his name: a person looks before anybody is turned away."""
    found = applies(life, id_number(life, Behavior.MISMATCH))
    meets_application(life, found)
    yield life.today + DAY
    opens(life, is_approved_by_a_person(life, found["application_id"], 300_000))


def cannot_prove_the_income(life: Life) -> Generator[date]:
    """She asks for much and is paid in cash; statements of the bank settle it."""
    found = applies(life, id_number(life, Behavior.THIN), requested_limit_minor=3_000_000)
    meets_application(life, found)
    yield life.today + 2 * DAY
    opens(life, is_approved_by_a_person(life, found["application_id"], 500_000))


def carries_too_much(life: Life) -> Generator[date]:
    """Two thirds of his income go to debts; when the car is paid off he applies again."""
    number = id_number(life, Behavior.NORMAL)
    found = applies(life, number, monthly_obligations_minor=800_000)
    meets_application(life, found)
    yield life.today + 60 * DAY
    life.treated("applied again")
    life.row.steps.append("apply again")
    opens(life, applies(life, number))


def is_too_young(life: Life) -> Generator[date]:
    """The law lets nobody under eighteen conclude a credit agreement; on the birthday it does."""
    born = date(life.today.year - 18, life.today.month, 1) + 45 * DAY
    number = id_number(life, Behavior.NORMAL, born)
    meets_application(life, applies(life, number, born=born))
    yield born.replace(year=born.year + 18)
    life.treated("applied again")
    life.row.steps.append("apply again")
    opens(life, applies(life, number, born=born))


def meets_a_silent_bureau(life: Life) -> Generator[date]:
    """The bureau is down all day: nothing is known, so nothing is refused, and a person decides."""
    life.first_sign()
    hours = iter(range(11, 24))
    life.town.bureau_does(down=True)
    try:
        found = applies(
            life,
            id_number(life, Behavior.NORMAL),
            each_look=lambda: life.town.clock_strikes(next(hours, 23)),
        )
    finally:
        life.town.bureau_does(down=False)
    meets_application(life, found)
    yield life.today + DAY
    opens(life, is_approved_by_a_person(life, found["application_id"], 200_000))


def is_unknown(life: Life) -> Generator[date]:
    """Three weeks with us, and two years to pay: no machine grants that to somebody unknown; she takes less."""
    life.joins(2_000_000)
    life.buys(20_000)
    yield life.today + 20 * DAY
    life.first_sign()
    life.meets_answer(life.asks_to_buy(1_200_000, months=24, is_verified=True))
    life.treated("smaller promise")
    life.row.steps.append("a shorter plan, a smaller amount")
    life.buys_again(300_000, months=12, is_verified=True)


def _answered(
    code: ReasonCode | tuple[ReasonCode, ...], effect: Effect, treatment: str, most_back: int
) -> Promise:
    codes = code if isinstance(code, tuple) else (code,)
    return Promise(
        codes=codes,
        effect=effect,
        notice=effect.value,
        treatment=treatment,
        days_back=Within(0, most_back),
    )


_DECLINED, _REFERRED = Effect.APPLICATION_DECLINED, Effect.APPLICATION_REFERRED

STORIES: Final = (
    Story(
        key="bank-arrears",
        causes=(Cause.CREDIT_DECLINE,),
        name=Said("韩斌", "Han Bin"),
        happens=Said("申请时在银行有逾期", "he applies while behind with a bank"),
        noticed=NoticedBy.BUREAU,
        promise=_answered(ReasonCode.BUREAU_ARREARS, _DECLINED, "applied again", 31),
        play=owed_a_bank,
        begins_on_day=18,
    ),
    Story(
        key="many-lenders",
        causes=(Cause.CREDIT_DECLINE, Cause.OVER_SPENDING),
        name=Said("冯倩", "Feng Qian"),
        happens=Said("同时向九家机构借款", "she borrows from nine lenders at once"),
        noticed=NoticedBy.BUREAU,
        promise=_answered(
            (ReasonCode.BORROWING_ELSEWHERE, ReasonCode.MANY_ENQUIRIES),
            _DECLINED,
            "applied again",
            151,
        ),
        play=borrowed_everywhere,
        begins_on_day=18,
    ),
    Story(
        key="wrong-number",
        causes=(Cause.FURTHER,),
        name=Said("董强", "Dong Qiang"),
        happens=Said("身份证号与姓名不符", "the register does not match his number with his name"),
        noticed=NoticedBy.BUREAU,
        promise=_answered(ReasonCode.IDENTITY, _REFERRED, "manual review", 2),
        play=mistyped_his_number,
        begins_on_day=18,
    ),
    Story(
        key="paid-in-cash",
        causes=(Cause.ABILITY,),
        name=Said("余芳", "Yu Fang"),
        happens=Said("收入以现金发放，无法核实", "she is paid in cash, and nobody can confirm it"),
        noticed=NoticedBy.RULE,
        promise=_answered(ReasonCode.UNSTABLE_INCOME, _REFERRED, "manual review", 3),
        play=cannot_prove_the_income,
        begins_on_day=18,
    ),
    Story(
        key="two-thirds",
        causes=(Cause.ABILITY, Cause.EXPOSURE),
        name=Said("潘伟", "Pan Wei"),
        happens=Said("三分之二的收入用来还债", "two thirds of his income go to debts"),
        noticed=NoticedBy.RULE,
        promise=_answered(ReasonCode.HIGH_DEBT, _DECLINED, "applied again", 61),
        play=carries_too_much,
        begins_on_day=18,
    ),
    Story(
        key="too-young",
        causes=(Cause.REGULATION,),
        name=Said("杜小雨", "Du Xiaoyu"),
        happens=Said("未满十八岁", "not yet eighteen"),
        noticed=NoticedBy.RULE,
        promise=_answered(ReasonCode.REGULATION, _DECLINED, "applied again", 60),
        play=is_too_young,
        begins_on_day=18,
    ),
    Story(
        key="silent-bureau",
        causes=(Cause.SYSTEM_FAULT,),
        name=Said("程亮", "Cheng Liang"),
        happens=Said("征信系统整天没有应答", "the bureau does not answer all day"),
        noticed=NoticedBy.SYSTEM,
        promise=_answered(ReasonCode.DATA_MISSING, _REFERRED, "manual review", 2),
        play=meets_a_silent_bureau,
        begins_on_day=19,
    ),
    Story(
        key="unknown",
        causes=(Cause.MODEL_GAP,),
        name=Said("曹颖", "Cao Ying"),
        happens=Said(
            "新用户想分二十四期买大件", "a new customer wants to pay a large thing over two years"
        ),
        noticed=NoticedBy.RULE,
        promise=Promise(
            codes=(ReasonCode.THIN_FILE,),
            effect=Effect.LEFT_FOR_REVIEW,
            notice=None,
            treatment="smaller promise",
        ),
        play=is_unknown,
        begins_on_day=20,
    ),
)
