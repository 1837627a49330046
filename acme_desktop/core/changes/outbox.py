"""The outbox: what a change set has for each webhook, written in the transaction of the change.

A row a webhook stands for all events of the change set, so that a change of half a million products costs as much as
an edit of one. Who sends them (`core.webhooks`) finds the products again through the numbers of their change sets.
Every row is written when its change set is, so a webhook gets nothing from before it was added.
"""

from __future__ import annotations

from typing import Any

from psycopg import Connection

CREATED = "product.created"
UPDATED = "product.updated"
DELETED = "product.deleted"
EVENT_TYPES = (CREATED, UPDATED, DELETED)

# One that the program switched off keeps its events, one that a person disabled wants none.
_RECORD = """
INSERT INTO outbox (webhook_id, change_set_id, events, total, after_id, last_id)
SELECT webhook_id, %(id)s, events, total, coalesce(ids_after, 0), coalesce(pg_sequence_last_value('products_id_seq'), 0)
FROM (
    SELECT w.id AS webhook_id, w.events, c.ids_after,
        CASE WHEN 'product.created' = ANY (w.events) THEN c.created ELSE 0 END
        + CASE WHEN 'product.updated' = ANY (w.events) THEN c.updated ELSE 0 END
        + CASE WHEN 'product.deleted' = ANY (w.events) THEN c.deleted ELSE 0 END AS total
    FROM webhooks w, change_sets c
    WHERE c.id = %(id)s AND w.deleted_at IS NULL AND (w.enabled OR w.switched_off IS NOT NULL)
) AS wanted
WHERE total > 0
"""


def record(connection: Connection[Any], change_set_id: int) -> int:
    """Note a finished change set for every webhook that wants events of it; returns for how many."""
    return connection.execute(_RECORD, {"id": change_set_id}).rowcount
