"""The clean rows of one month as a typed table: what pandera holds them to.

It states, it never converts: values come parsed, and the wrong type here is a bug of ours.
"""

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
    checks=[pa.Check(rule.holds, error=rule.id) for rule in ROW_RULES if rule.holds],
    index=pa.Index("int64", unique=True),
    strict=True,
    coerce=False,
    unique_column_names=True,
)


def failures(rows: pd.DataFrame) -> list[tuple[int, str]]:
    """Return (index of the row, id of the rule) for every claim that does not hold, in order."""
    if rows.empty:
        return []
    try:
        MONTH.validate(rows, lazy=True)
    except pa.errors.SchemaErrors as error:
        cases = error.failure_cases
        ours = {rule.id for rule in ROW_RULES}
        # No case at all, a case without a row or of another name: a broken rule, not bad data.
        if cases.empty or cases["index"].isna().any() or not set(cases["check"]) <= ours:
            raise
        # A frame-level check comes once for each column of a row.
        found = cases[["index", "check"]].drop_duplicates()
        order = [rule.id for rule in ROW_RULES]
        pairs = [(int(index), str(check)) for index, check in found.itertuples(index=False)]
        return sorted(pairs, key=lambda pair: (pair[0], order.index(pair[1])))
    return []
