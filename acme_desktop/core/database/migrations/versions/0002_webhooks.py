"""Webhooks: where events go, the outbox of what is to be sent, deliveries with their attempts."""

from alembic import op

revision = "0002"
down_revision = "0001"

_SCHEMA = """
ALTER TABLE change_sets ADD COLUMN ids_after BIGINT;
ALTER TABLE change_sets ALTER COLUMN ids_after SET DEFAULT pg_sequence_last_value('products_id_seq');
COMMENT ON COLUMN change_sets.ids_after IS 'products that it created have a greater id';

CREATE SEQUENCE IF NOT EXISTS dispatchers_id_seq AS bigint;

CREATE TABLE webhooks (
    id BIGSERIAL NOT NULL,
    url TEXT NOT NULL,
    events TEXT[] NOT NULL,
    enabled BOOLEAN DEFAULT true NOT NULL,
    paused BOOLEAN DEFAULT false NOT NULL,
    mode TEXT DEFAULT 'each' NOT NULL,
    batch_size INTEGER DEFAULT 500 NOT NULL,
    rate DOUBLE PRECISION,
    scope TEXT DEFAULT 'public' NOT NULL,
    computer TEXT NOT NULL,
    headers JSONB DEFAULT '{}' NOT NULL,
    ca TEXT,
    secret TEXT NOT NULL,
    previous_secret TEXT,
    previous_secret_until TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    deleted_at TIMESTAMP WITH TIME ZONE,
    switched_off TEXT,
    hold_until TIMESTAMP WITH TIME ZONE,
    failures BIGINT DEFAULT 0 NOT NULL,
    failing_seconds DOUBLE PRECISION DEFAULT 0 NOT NULL,
    last_success_at TIMESTAMP WITH TIME ZONE,
    owner BIGINT,
    token BIGINT DEFAULT 0 NOT NULL,
    lease_until TIMESTAMP WITH TIME ZONE,
    CONSTRAINT webhooks_pkey PRIMARY KEY (id),
    CONSTRAINT webhooks_mode_check CHECK (mode IN ('each', 'batch')),
    CONSTRAINT webhooks_scope_check CHECK (scope IN ('public', 'private', 'loopback'))
);

CREATE TABLE outbox (
    id BIGSERIAL NOT NULL,
    webhook_id BIGINT NOT NULL,
    change_set_id BIGINT NOT NULL,
    events TEXT[] NOT NULL,
    total BIGINT NOT NULL,
    passed BIGINT DEFAULT 0 NOT NULL,
    last_id BIGINT NOT NULL,
    state TEXT DEFAULT 'pending' NOT NULL,
    part INTEGER DEFAULT 1 NOT NULL,
    after_key TEXT COLLATE "C" DEFAULT '' NOT NULL,
    after_id BIGINT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT outbox_pkey PRIMARY KEY (id),
    CONSTRAINT outbox_state_check CHECK (state IN ('pending', 'done', 'skipped')),
    CONSTRAINT outbox_webhook_id_fkey FOREIGN KEY(webhook_id) REFERENCES webhooks (id) ON DELETE CASCADE
);
CREATE INDEX outbox_pending_idx ON outbox (webhook_id, id) WHERE state = 'pending';

CREATE TABLE deliveries (
    id BIGSERIAL NOT NULL,
    webhook_id BIGINT NOT NULL,
    message_id TEXT NOT NULL,
    type TEXT NOT NULL,
    change_sets BIGINT[] NOT NULL,
    product_ids BIGINT[] NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER DEFAULT 0 NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE,
    body TEXT,
    status_code INTEGER,
    error TEXT,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT deliveries_pkey PRIMARY KEY (id),
    CONSTRAINT deliveries_state_check
        CHECK (state IN ('sending', 'retrying', 'waiting', 'delivered', 'dead', 'skipped', 'split')),
    CONSTRAINT deliveries_webhook_id_fkey FOREIGN KEY(webhook_id) REFERENCES webhooks (id) ON DELETE CASCADE
);
CREATE INDEX deliveries_unfinished_idx ON deliveries (webhook_id, id) WHERE state IN ('sending', 'retrying', 'waiting');
CREATE INDEX deliveries_webhook_id_id_idx ON deliveries (webhook_id, id);

CREATE TABLE delivery_attempts (
    id BIGSERIAL NOT NULL,
    delivery_id BIGINT NOT NULL,
    webhook_id BIGINT NOT NULL,
    number INTEGER NOT NULL,
    started_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    ok BOOLEAN NOT NULL,
    status_code INTEGER,
    error TEXT,
    address TEXT,
    dns_ms DOUBLE PRECISION,
    connect_ms DOUBLE PRECISION,
    first_byte_ms DOUBLE PRECISION,
    total_ms DOUBLE PRECISION NOT NULL,
    request_headers JSONB NOT NULL,
    response_headers JSONB NOT NULL,
    response_body BYTEA NOT NULL,
    CONSTRAINT delivery_attempts_pkey PRIMARY KEY (id),
    CONSTRAINT delivery_attempts_delivery_id_fkey FOREIGN KEY(delivery_id) REFERENCES deliveries (id) ON DELETE CASCADE
);
CREATE INDEX delivery_attempts_delivery_id_idx ON delivery_attempts (delivery_id);
CREATE INDEX delivery_attempts_webhook_id_started_at_idx ON delivery_attempts (webhook_id, started_at);

COMMENT ON COLUMN webhooks.rate IS 'requests a second over all running programs; null is no limit';
COMMENT ON COLUMN webhooks.computer IS 'the only one that sends to a loopback webhook';
COMMENT ON COLUMN webhooks.ca IS 'certificates in PEM that are trusted besides the usual ones';
COMMENT ON COLUMN webhooks.switched_off IS 'why the program switched it off; events go on being kept for it';
COMMENT ON COLUMN webhooks.hold_until IS 'nothing is sent before';
COMMENT ON COLUMN webhooks.failures IS 'attempts since a success';
COMMENT ON COLUMN webhooks.failing_seconds IS 'of them, while watched';
COMMENT ON COLUMN webhooks.owner IS 'the dispatcher that sends for it';
COMMENT ON COLUMN webhooks.token IS 'fences off earlier owners';
COMMENT ON COLUMN outbox.events IS 'the types that were asked for';
COMMENT ON COLUMN outbox.total IS 'how many events it stands for';
COMMENT ON COLUMN outbox.passed IS 'sent, or kept in deliveries';
COMMENT ON COLUMN outbox.last_id IS 'products that it created have at most this id';
COMMENT ON COLUMN outbox.part IS 'how far it is, as the next two are';
COMMENT ON COLUMN deliveries.change_sets IS 'of each event';
COMMENT ON COLUMN deliveries.product_ids IS 'of each event';
COMMENT ON COLUMN deliveries.body IS 'as sent; null once it is delivered, because it can be built again';
COMMENT ON COLUMN delivery_attempts.address IS 'the one that was dialled';
"""


def upgrade() -> None:
    """Create everything."""
    for statement in _SCHEMA.split(";\n"):
        if statement.strip():
            op.execute(statement)
