"""What a person answered to a question, and for which facts it holds."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    texts = ("part", "month", "rule", "subject", "key", "answered")
    said = ("reason", "said_by", "given_on")
    op.create_table(
        "explanation",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("submission_id", sa.Integer, sa.ForeignKey("submission.id"), index=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in (*texts, *said)),
        sa.Column("after_revision", sa.Integer, nullable=False),
        sqlite_strict=True,
    )
