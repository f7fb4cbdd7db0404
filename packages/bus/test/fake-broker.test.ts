import { describeBroker } from './broker-suite.ts';
import { FakeBroker } from './fake-broker.ts';

describeBroker('the broker of the simulation', async () => {
  const fake = new FakeBroker(1);
  fake.declare('tickets');
  return { publisher: fake.broker, consumer: fake.broker, dispose: async () => {} };
});
