"""The time as it is written into sidecars and meta tables.

Belongs here: the one place that asks for the time, so that SOURCE_DATE_EPOCH makes a build repeatable. Not
here: times in data tables; there are none.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime


def utc_now() -> str:
    """Return the time as ISO 8601 in UTC, to the second, such as '2026-11-24T08:00:00Z'.

    The environment variable SOURCE_DATE_EPOCH (seconds since 1970), if set, stands in for the clock.

    Raises:
        ValueError: if SOURCE_DATE_EPOCH is set to something that is not a whole number of seconds.
    """
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if epoch and not epoch.isdecimal():
        raise ValueError(f"SOURCE_DATE_EPOCH is '{epoch}', but must be whole seconds since 1970: set it so or unset it")
    moment = datetime.fromtimestamp(int(epoch), UTC) if epoch else datetime.now(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
