"""Signatures: the published vectors, and the reference implementation as the judge."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from acme_desktop.core.webhooks import signing

K1 = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
K2 = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
AT = 1614265330
CREATED = (
    '{"type":"product.created","timestamp":"2021-02-25T15:02:10.000000Z","data":'
    '{"id":42,"version":1,"sku":"ŻÓŁĆ-7","name":"Fil à coudre 🧵","active":true}}'
).encode()

VECTORS = [
    ([K1], "msg_p5jXN8AQM9LWM0D4loKWxJek", b'{"test": 2432232314}', "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
    ([K1], "evt_7_42", CREATED, "v1,cjsvyklBAC8FRs9xdaB+7QeWcVR3vAFhkRlQIwSJwUU="),
    (
        [K1, K2],
        "evt_7_42",
        CREATED,
        "v1,cjsvyklBAC8FRs9xdaB+7QeWcVR3vAFhkRlQIwSJwUU= v1,Cs7kJZ89T1lGSSE3iOL3o+OADgy3hgapxQ7/A6CjqFA=",
    ),
    ([K1], "evt_7_43", b"", "v1,Q9t7GXedk/JxI+RLQYAvj4XBTIKkv7ue5+pBotBnhB4="),
]


@pytest.mark.parametrize(("keys", "message_id", "body", "expected"), VECTORS)
def test_the_vectors(keys: list[str], message_id: str, body: bytes, expected: str) -> None:
    assert signing.sign(keys, message_id, AT, body) == expected
    headers = signing.headers(keys, message_id, AT, body)
    assert all(signing.verify(key, headers, body, AT) for key in keys)


def test_the_second_vector_is_of_158_bytes() -> None:
    assert len(CREATED) == 158


def test_a_changed_signature_fails() -> None:
    headers = signing.headers([K1], VECTORS[0][1], AT, VECTORS[0][2])
    headers["webhook-signature"] = headers["webhook-signature"].replace("OE=", "OA=")
    assert not signing.verify(K1, headers, VECTORS[0][2], AT)


@pytest.mark.parametrize("drift", [-301, 301])
def test_an_old_or_early_timestamp_fails(drift: int) -> None:
    headers = signing.headers([K1], "evt_1_1", AT, b"{}")
    assert signing.verify(K1, headers, b"{}", AT + drift - (1 if drift > 0 else -1))
    assert not signing.verify(K1, headers, b"{}", AT + drift)


def test_the_reference_implementation_agrees() -> None:
    now = int(datetime.now(UTC).timestamp())
    keys = [signing.new_secret(), signing.new_secret()]
    headers = signing.headers(keys, "evt_7_42", now, b'{"a":1}')
    for key in keys:
        Webhook(key).verify('{"a":1}', headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(signing.new_secret()).verify('{"a":1}', headers)
    theirs = Webhook(keys[0]).sign("evt_7_42", datetime.fromtimestamp(now, UTC), '{"a":1}')
    assert theirs == signing.sign(keys[:1], "evt_7_42", now, b'{"a":1}')


def test_secrets_are_32_random_bytes() -> None:
    import base64

    first, second = signing.new_secret(), signing.new_secret()
    assert first != second
    assert len(base64.b64decode(first.removeprefix("whsec_"))) == 32


@pytest.mark.parametrize("missing", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_a_missing_header_fails(missing: str) -> None:
    headers = signing.headers([K1], "evt_1_1", AT, b"{}")
    del headers[missing]
    assert not signing.verify(K1, headers, b"{}", AT)
