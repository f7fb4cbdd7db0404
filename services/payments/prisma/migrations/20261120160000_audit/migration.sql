-- Every write of a payment and of a task about one is on record.
CALL audit.watch('payment', 'Payment', 'id', 'payer_id');
CALL audit.watch('payment_task', 'PaymentTask', 'id', '(SELECT payer_id FROM payment WHERE payment.id = payment_id)');
