-- What came and was not looked at yet: how long it waits is a number for operators.
CREATE INDEX webhook_received ON webhook (received_at) WHERE status = 'received';
