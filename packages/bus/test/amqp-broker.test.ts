import { createTestVhost } from '@carethread/local-stack/test-stack.ts';
import { amqpBroker } from '../src/amqp-link.ts';
import { describeBroker } from './broker-suite.ts';

describeBroker('RabbitMQ', async () => {
  const vhost = await createTestVhost();
  return {
    publisher: amqpBroker(vhost.amqpUrl('prescriptions'), 'test publisher', 'prescriptions'),
    consumer: amqpBroker(vhost.amqpUrl('tickets'), 'test consumer', 'tickets'),
    dispose: () => vhost.delete(),
  };
});
