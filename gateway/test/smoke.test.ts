import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { anActor } from './fixtures/identity-provider.ts';
import { type Platform, startPlatform } from './fixtures/platform.ts';

describe('gateway', () => {
  let platform: Platform;
  beforeAll(async () => {
    platform = await startPlatform();
  });
  afterAll(() => platform.stop());

  it('joins services', async () => {
    const actor = anActor();
    platform.world.names.set(actor.userId, 'Ada');
    const thread = platform.world.openThread(actor.userId);
    platform.world.post(thread, actor.userId, 'hello');
    const answer = await platform.ask('query($id: ID!) { me { name } thread(id: $id) { messages { text author { name } } } }', {
      token: platform.token(actor),
      variables: { id: thread.id },
    });
    expect(answer).toMatchObject({ status: 200, data: { me: { name: 'Ada' }, thread: { messages: [{ text: 'hello', author: { name: 'Ada' } }] } } });
  });
});
