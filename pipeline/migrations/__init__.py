"""The schema of the ledger through time: a file for each change, run by Alembic, never edited."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from pipeline.ledger.engines import changing


def upgrade(engine: sa.Engine) -> None:
    """Bring the ledger to the newest schema; LookupError, saying its version, for a newer one."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    scripts = ScriptDirectory.from_config(config).walk_revisions()
    revisions = {script.revision for script in scripts}
    with changing(engine) as link:
        known = MigrationContext.configure(link).get_current_revision()
        if known is not None and known not in revisions:
            raise LookupError(known)
        config.attributes["connection"] = link
        command.upgrade(config, "head")
