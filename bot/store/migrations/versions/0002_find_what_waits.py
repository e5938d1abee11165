"""Find the next message by what waits, not by walking through all that is kept; keep what a reply was about.

Revision ID: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("inbox_new", table_name="inbox")
    op.drop_index("inbox_conversation", table_name="inbox")
    op.create_index(
        "inbox_next",
        "inbox",
        ["seq"],
        unique=False,
        sqlite_where=sa.text("state = 'new'"),
        postgresql_where=sa.text("state = 'new'"),
    )
    op.create_index("inbox_conversation", "inbox", ["channel", "conversation", "state", "seq"], unique=False)
    op.add_column("outbox", sa.Column("topic", sa.Text(), nullable=True))
