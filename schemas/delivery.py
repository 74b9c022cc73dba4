"""How a target stands: what is told of one delivery, and what is kept between two."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from schemas.manifest import Sha256, SitePath

DeliveryState = Literal["delivered", "unchanged", "waiting", "failed"]


@dataclass(frozen=True)
class Delivery:
    """What became of a release at one target; the paths are in the order in which they went."""

    name: str
    release: str
    state: DeliveryState
    sent: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    failure: str = ""  # one Thai sentence
    next_try: datetime | None = None

    @property
    def arrived(self) -> bool:
        return self.state in {"delivered", "unchanged"}


@dataclass(frozen=True)
class Looked:
    """What a look at a target found: a sentence for each difference, or why it could not look."""

    name: str
    differences: tuple[str, ...] = ()
    failure: str = ""


class Progress(BaseModel):
    """What the far side is known to hold; a cache, the far side itself is the truth."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    url: str
    # The sha256 that was read back; "" for a file of ours of which nothing more is known.
    files: Mapping[SitePath, Sha256 | Literal[""]] = {}
    failures: Annotated[int, Field(ge=0)] = 0  # since the last success
    failure: str = ""
    next_try: AwareDatetime | None = None
