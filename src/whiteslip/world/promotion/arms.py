"""The arms of the experiment: which countermeasures each has."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NamedTuple


class Granting(StrEnum):
    """How temporary limits are granted, if at all; the budget is the same."""

    NONE = "none"
    BLANKET = "blanket"
    CAMPAIGN = "campaign"


class Arm(NamedTuple):
    """One way to go through 618.

    `notices` lets the platform tell of the end before it comes, `plans` shows installments, `ways` asks the platform
    after a refusal which other ways there are. `varies` multiplies an assumption, as in `willing=0.5`.
    """

    name: str
    says: str
    granting: Granting = Granting.NONE
    notices: bool = False
    plans: bool = False
    ways: bool = False
    varies: str = ""

    @property
    def label(self) -> str:
        """Its name, with what it varies."""
        return f"{self.name} {self.varies}".rstrip()


NOTHING: Final = Arm("nothing", "no temporary limit, a purchase beyond the line is just refused")
SILENT: Final = Arm(
    "silent", "temporary limits to anybody in good standing, gone without a word", Granting.BLANKET
)
SEGMENT: Final = Arm("segment", "the campaign by segment, its end not announced", Granting.CAMPAIGN)
NOTICE: Final = Arm(
    "notice", "the campaign, its end announced three days before", Granting.CAMPAIGN, notices=True
)
PLANS: Final = Arm("plans", "no temporary limit; installments shown", plans=True)
WAYS: Final = Arm("ways", "no temporary limit; part credit and a smaller amount offered", ways=True)
WITH: Final = Arm(
    "with", "campaign, notice, installments and other ways together", Granting.CAMPAIGN,
    notices=True, plans=True, ways=True,
)  # fmt: skip

ARMS: Final = (NOTHING, SILENT, SEGMENT, NOTICE, PLANS, WAYS, WITH)
BY_NAME: Final = {arm.name: arm for arm in ARMS}
