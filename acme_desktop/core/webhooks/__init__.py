"""Webhooks: from the outbox to the receiver.

Read in this order: `endpoints` (what people set), `payload` (events out of change sets), `signing`, `addresses`,
`transport` and `sender` (one request), `retry` (what its answer means), `message` and `lane` (what may be sent when),
`ownership` (who sends), `ledger` (what is written down), `dispatcher` (all of it running), `attempts` (the delivery
desk), `trial` (the test button) and `echo` (a receiver to try it with).
"""
