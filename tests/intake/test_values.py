"""Numbers, amounts and schedules in texts: what is read is plain ASCII, whatever the digits of a text are."""

from __future__ import annotations

import pytest

from hankelod.intake import values
from hankelod.intake.spreadsheets.workbooks import _iso
from hankelod.model import amounts
from hankelod.model.kinds.table import BY_DATATYPE


@pytest.mark.parametrize("zero", ["\u0660", "\u06f0", "\u0966", "\uff10", "\U0001d7ce"])
def test_digits_of_other_scripts_are_not_taken_for_values(zero):
    """They are left for the checks to report: a record would keep them as they are, and no engine reads them."""
    for function in (amounts.number, amounts.money, values.amount, values.schedule):
        for text in ("12", "1 200,50", "1.200.000", "5/2021 – 11/2022", "2021-05 – 2022-11", "1-2/2021"):
            other = "".join(chr(ord(zero) + int(c)) if c.isdigit() else c for c in text)
            assert function(other) is None
            for n, c in enumerate(text):
                if c.isdigit():
                    mixed = function(text[:n] + chr(ord(zero) + int(c)) + text[n + 1 :])
                    assert mixed is None or str(mixed).isascii()
    assert _iso(chr(ord(zero) + 2) + "021-05-01").kind == "text"
    for kind in BY_DATATYPE.values():
        assert kind.cell("05/202" + chr(ord(zero) + 1)) == "05/202" + chr(ord(zero) + 1)
