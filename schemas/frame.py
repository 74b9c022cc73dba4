"""The clean rows of one month as a typed table: what pandera holds them to.

It states, it never converts: values come parsed, and the wrong type here is a bug of ours.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa

from schemas.rules import ROW_RULES

# Money in satang; days as Gregorian dates of the year typed. NA is "nobody wrote it".
COLUMNS: dict[str, str] = {
    "title": "string",
    "budget": "Int64",
    "reference_price": "Int64",
    "procurement_method": "string",
    "method_code": "string",
    "bids": "Int64",  # how many; NA for none
    "bidders": "Int64",  # how many of them are named
    "supplier": "string",
    "supplier_among_bidders": "boolean",
    "agreed_price": "Int64",
    "selection_reason": "string",
    "contract_number": "string",
    "contract_date": "datetime64[s]",
    "egp_project_number": "string",
    "egp_contract_number": "string",
    # Facts from outside the row, joined to it so that a rule needs nothing else.
    "own_bid": "Int64",  # the winner's
    "direct_limit": "Int64",  # in force on the contract's day
    "egp_months_before_contract": "Int64",
    "number_years_apart": "Int64",  # year of the contract number minus fiscal year of its day
    "repeats": "bool",
    "alike_row": "Int64",  # rows as Excel counts
    "same_control_row": "Int64",
    "control_elsewhere": "string",  # months as people read them
    "published_elsewhere": "string",
    "other_spelling": "string",
    "other_name": "string",
    "same_day_rows": "Int64",
    "same_day_total": "Int64",
    "month_first": "datetime64[s]",
    "month_last": "datetime64[s]",
    "today": "datetime64[s]",
}

MONTH = pa.DataFrameSchema(
    {name: pa.Column(dtype, nullable=dtype != "bool") for name, dtype in COLUMNS.items()},
    index=pa.Index("int64", unique=True),
    strict=True,
    coerce=False,
    unique_column_names=True,
)
# What the rules say of the rows, one value for each rule and row: every one must hold. A check of
# its own for each rule would copy all columns of a row into every failure: most of a month's time.
CLAIMS = pa.SeriesSchema(
    "bool",
    checks=pa.Check(lambda claims: claims, name="holds", ignore_na=False),
    coerce=False,
)
_RULES = tuple(rule for rule in ROW_RULES if rule.holds)


def frame(columns: Mapping[str, Sequence[object]]) -> pd.DataFrame:
    """Return a frame of COLUMNS, each given with a value for every row; None is NA.

    Arrays, not Series: those would be aligned with each other, which takes longer than all rules.
    """
    arrays = {name: _array(columns[name], dtype) for name, dtype in COLUMNS.items()}
    return pd.DataFrame(arrays, copy=False)


def _array(values: Sequence[Any], dtype: Any) -> Any:  # noqa: ANN401 - of any of its types
    plain = dtype in {"bool", "datetime64[s]"}  # numpy's own
    return np.array(values, dtype=dtype) if plain else pd.array(values, dtype=dtype)


_sound: set[object] = set()  # kinds of frames that MONTH has let pass


def failures(rows: pd.DataFrame) -> list[tuple[int, str]]:
    """Return (index of the row, id of the rule) for every claim that does not hold, in order.

    Errors: pandera's, or the rule's own, for a wrong frame and a broken rule: bugs of ours.
    """
    if rows.empty:
        return []
    _validate_types(rows)
    try:
        CLAIMS.validate(_claims(rows), lazy=True, inplace=True)
    except pa.errors.SchemaErrors as error:
        cases = error.failure_cases
        # No case at all, or one of another name: a claim that is no claim, not bad data.
        if cases.empty or set(cases["check"]) != {"holds"}:
            raise
        places = sorted(divmod(int(at), len(_RULES)) for at in cases["index"])
        return [(int(rows.index[row]), _RULES[rule].id) for row, rule in places]
    return []


def _validate_types(rows: pd.DataFrame) -> None:
    """Hold the frame to MONTH, once for each kind of frame.

    What MONTH says follows from names and types alone: in a column of these types nothing else
    can stand, a ``bool`` has no NA, and a RangeIndex has no number twice.
    """
    kind = (*rows.columns, *rows.dtypes, rows.index.dtype)
    if kind not in _sound or not isinstance(rows.index, pd.RangeIndex):
        MONTH.validate(rows, inplace=True)
        _sound.add(kind)


def _claims(rows: pd.DataFrame) -> "pd.Series[Any]":
    """Row after row, for each rule whether it holds; ValueError for an answer that is none."""
    columns = {name: rows[name] for name in COLUMNS}
    claims = np.empty((len(rows), len(_RULES)), dtype=bool)
    for at, rule in enumerate(_RULES):
        if rule.holds is not None:
            said = rule.holds(columns)
            if said.dtype.kind != "b" or len(said) != len(rows):
                raise ValueError(f"{rule.id} does not say of each row whether it holds")
            claims[:, at] = said.to_numpy(dtype=bool)
    return pd.Series(claims.ravel())
