"""What reading routes share: the authenticated caller, ids in paths, pages, and one snapshot on a reader's thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, NamedTuple, TypeVar

import msgspec
from fastapi import Depends, Path, Query, Request
from fastapi import Response as HttpResponse

from whiteslip.api import callers
from whiteslip.api.runtime import Runtime
from whiteslip.infra.database import Connection
from whiteslip.infra.keys import ApiKey
from whiteslip.kernel.errors import NotFound
from whiteslip.kernel.ids import MAX_ID

T = TypeVar("T")
_encode = msgspec.json.Encoder().encode


class Reading(NamedTuple):
    """A caller who reads."""

    runtime: Runtime
    caller: ApiKey

    def needs(self, scope: str) -> None:
        """Refuse a caller whose key does not cover the scope."""
        callers.needs(self.caller, scope)

    async def view(self, look: Callable[[Connection], T]) -> T:
        """Look at one consistent snapshot; waits in the lane of readers."""
        database = self.runtime.database
        return await self.runtime.reading.run(lambda: database.read(look))


async def reading(request: Request) -> Reading:
    """Authenticate."""
    runtime: Runtime = request.app.state.runtime
    header = dict(request.scope["headers"]).get(b"authorization", b"")
    return Reading(runtime, await runtime.keys.find(header))


def found(row: T | None, what: str) -> T:
    """Insist that a row exists."""
    if row is None:
        raise NotFound(f"there is no {what}")
    return row


def show(answer: Any) -> HttpResponse:
    """Put an answer on the wire."""
    return HttpResponse(_encode(answer), media_type="application/json")


def _id(prefix: str, numbers: int, example: str) -> Any:
    pattern = f"^{prefix}" + "_[0-9]{1,19}" * numbers + "$"
    return Path(examples=[example], json_schema_extra={"pattern": pattern})


Read = Annotated[Reading, Depends(reading)]
CustomerPath = Annotated[str, _id("cus", 1, "cus_7")]
MerchantPath = Annotated[str, _id("mer", 1, "mer_3")]
LinePath = Annotated[str, _id("lin", 2, "lin_7_12")]
PurchasePath = Annotated[str, _id("pur", 2, "pur_7_42")]
InstallmentPath = Annotated[str, _id("ins", 2, "ins_7_49")]
RepaymentPath = Annotated[str, _id("rep", 2, "rep_7_43")]
ApplicationPath = Annotated[str, _id("app", 2, "app_7_45")]
ContactPath = Annotated[str, _id("con", 2, "con_7_46")]
FlagPath = Annotated[str, _id("flg", 2, "flg_7_47")]
RestrictionPath = Annotated[str, _id("res", 2, "res_7_44")]
CampaignPath = Annotated[str, _id("cam", 1, "cam_48")]
LimitReviewPath = Annotated[str, _id("lmr", 2, "lmr_7_46")]
LimitRunPath = Annotated[str, _id("lrun", 1, "lrun_47")]
WaiverPath = Annotated[str, _id("wvr", 2, "wvr_7_48")]
ChargeOffPath = Annotated[str, _id("cof", 2, "cof_7_49")]
GoodwillPath = Annotated[str, _id("gwl", 2, "gwl_7_53")]
ReliefPath = Annotated[str, _id("rlf", 2, "rlf_7_46")]
DisputePath = Annotated[str, _id("dsp", 2, "dsp_7_47")]
SourcePath = Annotated[str, _id("src", 2, "src_7_51")]
ItemPath = Annotated[str, _id("sus", 1, "sus_52")]
PageSize = Annotated[int, Query(ge=1, le=100)]
After = Annotated[str | None, Query(description="The `next` of the page before.", max_length=60)]
EARLIEST = MAX_ID
"""The cursor of a first page: every number is smaller."""
