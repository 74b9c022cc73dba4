"""A value of an example as the letters of a text, the same that are read from its .xlsx."""

from datetime import date

from pipeline.examples import Formula
from pipeline.examples.paper import Value


def shown(value: Value) -> str:
    """Return what stands in the cell; "" for an empty one."""
    match value:
        case None:
            return ""
        case Formula():
            return value.text if value.result is None else shown(value.result)
        case str():
            return value
        case date():
            return value.isoformat()
        case _:
            return format(value, ".15g")
