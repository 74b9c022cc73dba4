"""The schema of the ledger through time: a file for each change, run by Alembic, never edited."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory


def upgrade(engine: sa.Engine, *, known: str | None) -> None:
    """Bring the ledger to the newest schema; LookupError when ``known`` is newer than we are."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    scripts = ScriptDirectory.from_config(config).walk_revisions()
    revisions = {script.revision for script in scripts}
    if known is not None and known not in revisions:
        raise LookupError(known)
    with engine.begin() as link:
        config.attributes["connection"] = link
        command.upgrade(config, "head")
