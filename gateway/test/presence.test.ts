import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Actor } from '@carethread/contracts/actor.ts';
import { SessionRevoked } from '@carethread/contracts/events/identity.ts';
import { MemberLeft, PresenceChosen } from '@carethread/contracts/events/messaging.ts';
import { newId, type PrincipalId } from '@carethread/contracts/ids.ts';
import type { Gateway } from '../src/gateway.ts';
import { presenceTimings } from '../src/live/presence/presence.ts';
import type { TestThread } from './fixtures/care-world.ts';
import { type CuttableLine, cuttableLine } from './fixtures/cuttable-line.ts';
import { anActor } from './fixtures/identity-provider.ts';
import { type LivePlatform, startLivePlatform } from './fixtures/live-platform.ts';
import { until } from './fixtures/until.ts';

const presenceEvents = `subscription($id: ID!, $known: String) {
  presenceEvents(threadId: $id, known: $known) {
    __typename
    ... on PresenceChanged { state hidden members { memberId typing } }
    ... on ResyncRequired { reason }
  }
}`;
const typingText = `mutation($input: TypingInput!) {
  typing(input: $input) { expiresInSeconds userErrors { code path currentStatus } }
}`;

interface PresenceNow {
  __typename: string;
  state: string;
  hidden: boolean;
  members: { memberId: string; typing: boolean }[];
  reason?: string;
}

/** As in production, but for the time after which somebody is gone. */
const timings = { ...presenceTimings, linger: 300, alive: 200, silent: 3_000 };

describe('who is there and who writes', () => {
  let platform: LivePlatform;
  let there: Gateway;
  let lineOfThere: CuttableLine;
  let doctor: Actor;
  let patient: Actor;
  let thread: TestThread;
  beforeAll(async () => {
    platform = await startLivePlatform({ presenceTimings: timings });
    lineOfThere = await cuttableLine(platform.bus.line.url);
    there = await platform.anotherGateway({ amqpUrl: lineOfThere.url });
    await until(() => there.live.listening, 'the other gateway listens');
  });
  afterAll(async () => {
    await platform.stop();
    await lineOfThere.stop();
  });
  beforeEach(() => {
    [doctor, patient] = [anActor({ role: 'doctor' }), anActor()];
    thread = platform.world.openThread(doctor.userId, patient.userId);
  });
  afterEach(async () => {
    await platform.disconnectAll();
    await until(() => there.live.subscriptions === 0, 'nobody is at the other gateway');
  });

  const urlOf = (gateway: Gateway) => `http://127.0.0.1:${gateway.port}/graphql`;

  /** What somebody is told, in words: who is there, and with a pen who writes. */
  const listen = (actor: Actor, url = platform.url, id: string = thread.id) => {
    const client = platform.connect(actor, url);
    const stream = client.subscribe(presenceEvents, { id });
    const heard: PresenceNow[] = [];
    const words = ({ hidden, members, reason }: PresenceNow) =>
      reason ??
      (hidden
        ? 'hidden'
        : members.map(({ memberId, typing }) => nameOf(memberId) + (typing ? ' ✎' : '')).join());
    return {
      heard,
      stop: () => stream.stop(),
      words: () => heard.map(words),
      /** Listens on until it is told this. */
      async until(wanted: string) {
        while (heard.length === 0 || words(heard.at(-1)!) !== wanted) {
          const { data, errors } = await stream.next();
          if (errors) throw new Error(errors[0]!.extensions['code'] as string);
          heard.push(data!['presenceEvents'] as unknown as PresenceNow);
        }
      },
    };
  };
  const nameOf = (id: string) =>
    ({ [doctor.userId]: 'doctor', [patient.userId]: 'patient' })[id] ?? 'somebody else';

  const says = async (actor: Actor, typing = true, url = platform.url) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${platform.token(actor)}`,
      },
      body: JSON.stringify({
        query: typingText,
        variables: { input: { threadId: thread.id, typing } },
      }),
    });
    const { data, errors } = (await response.json()) as {
      data: { typing: { expiresInSeconds: number | null; userErrors: { code: string }[] } } | null;
      errors?: { extensions: { code: string } }[];
    };
    return data?.typing ?? errors?.[0]?.extensions.code;
  };
  const chooses = async (actor: Actor, hidden: boolean, sequence: number) => {
    if (hidden) platform.world.hiding.add(actor.userId);
    else platform.world.hiding.delete(actor.userId);
    const principalId = actor.userId as PrincipalId;
    const data = { principalId, hidden };
    await platform.bus.publish(PresenceChosen, { aggregateId: principalId, sequence, data });
  };

  it('is told across gateways, once each, and ends by itself (M-10)', async () => {
    const mine = listen(patient);
    await mine.until('');
    const theirs = listen(doctor, urlOf(there));
    await theirs.until('patient');
    await mine.until('doctor');

    // By way of the gateway where nobody listens to the doctor; repeats are no news.
    const shown = { expiresInSeconds: 6, userErrors: [] };
    for (let times = 0; times < 5; times += 1) expect(await says(doctor)).toEqual(shown);
    await mine.until('doctor ✎');
    await says(doctor, false);
    await mine.until('doctor');

    // Too soon after the first time it is not listened to, and said again: as a client does while it goes on.
    const hearsIt = mine.until('doctor ✎');
    await until(async () => {
      await says(doctor, true, urlOf(there));
      return mine.words().at(-1) === 'doctor ✎';
    }, 'it is listened to again');
    await hearsIt;
    await platform.post(thread, doctor.userId, 'Here it is.');
    await mine.until('doctor');

    theirs.stop();
    await mine.until('');
    const words = mine.words();
    expect(words.filter((each, at) => each === words[at - 1])).toEqual([]);
    expect(words.slice(0, 5)).toEqual(['', 'doctor', 'doctor ✎', 'doctor', 'doctor ✎']);
    expect(words.slice(-2)).toEqual(['doctor', '']);
    expect(theirs.words()).toEqual(['patient']);
  });

  it('forgets who writes after seconds, and shows who does not listen while they write', async () => {
    const mine = listen(patient, urlOf(there));
    await mine.until('');
    await says(doctor);
    await mine.until('doctor ✎');
    await mine.until('');
    expect(mine.words()).toEqual(['', 'doctor ✎', '']);
  });

  it('is not told of who hides it, nor to them (M-10)', async () => {
    const [mine, theirs] = [listen(patient), listen(doctor, urlOf(there))];
    await Promise.all([mine.until('doctor'), theirs.until('patient')]);
    await says(doctor);
    await mine.until('doctor ✎');
    await chooses(doctor, true, 1);
    await Promise.all([mine.until(''), theirs.until('hidden')]);
    expect(await says(doctor, true, urlOf(there))).toEqual({ expiresInSeconds: null, userErrors: [] });
    const late = listen(doctor);
    await late.until('hidden');
    await chooses(doctor, false, 2);
    await Promise.all([mine.until('doctor'), theirs.until('patient'), late.until('patient')]);
    expect(mine.words().filter((words) => words.includes('✎'))).toEqual(['doctor ✎']);
  });

  it('is the members’ alone, and of those who may send (edge case 14)', async () => {
    const outsider = anActor();
    await expect(listen(outsider).until('')).rejects.toThrow('NOT_FOUND');
    await expect(listen(anActor({ emergencyId: newId() })).until('')).rejects.toThrow('NOT_FOUND');
    expect(await says(outsider)).toMatchObject({ userErrors: [{ code: 'NOT_FOUND' }] });
    expect(await says(anActor({ client: { id: newId(), scopes: [] } }))).toBe('FORBIDDEN');
    const reader = { ...patient, proxyId: newId<'User'>(), proxyScopes: ['read' as const] };
    expect(await says(reader)).toBe('FORBIDDEN');
    thread.blocked.add(patient.userId);
    expect(await says(patient)).toMatchObject({ userErrors: [{ code: 'NOT_ALLOWED' }] });
    // Who is blocked reads on, and is there.
    const theirs = listen(doctor);
    const mine = listen(patient);
    await theirs.until('patient');
    thread.members.delete(patient.userId);
    await platform.bus.publish(MemberLeft, {
      aggregateId: thread.id,
      sequence: 1,
      data: { threadId: thread.id, ticketId: thread.ticketId, memberId: patient.userId },
    });
    await Promise.all([mine.until('ACCESS_ENDED'), theirs.until('')]);
  });

  it('ends with the session at once, and is kept from who lost access unseen', async () => {
    const mine = listen(patient);
    const theirs = listen(doctor, urlOf(there));
    await mine.until('doctor');
    const { sessionId, userId } = doctor;
    await platform.bus.publish(SessionRevoked, {
      aggregateId: sessionId,
      sequence: 1,
      data: { sessionId, userId },
    });
    await mine.until('');
    await expect(theirs.until('never')).rejects.toThrow('The stream has ended');

    const again = { ...doctor, sessionId: newId<'Session'>() };
    thread.members.delete(patient.userId);
    await platform.withholding(1, async () => {
      await listen(again, urlOf(there)).until('patient');
    });
    expect(mine.words().at(-1)).toBe('');
  });

  it('is polled without repeating what is known, and polling counts as being there', async () => {
    const mine = listen(patient);
    await mine.until('');
    let known: string | null = null;
    const poll = async (waitSeconds: number) => {
      const response = await fetch(`${urlOf(there)}/poll`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${platform.token(doctor)}` },
        body: JSON.stringify({ query: presenceEvents, variables: { id: thread.id, known }, waitSeconds }),
      });
      const { results } = (await response.json()) as { results: { data: { presenceEvents: PresenceNow } }[] };
      const heard = results.map(({ data }) => data.presenceEvents);
      known = heard.at(-1)?.state ?? known;
      return heard.map(({ members }) => members.map(({ typing }) => (typing ? 'writes' : 'is there')).join());
    };
    const pollUntil = async (wanted: string) => {
      while ((await poll(25)).at(-1) !== wanted);
    };
    await pollUntil('is there');
    expect(await poll(1)).toEqual([]);
    let isHeard = false;
    const hearing = pollUntil('writes').then(() => (isHeard = true));
    await until(async () => {
      await says(patient);
      return isHeard;
    }, 'the poll is answered');
    await hearing;
    await mine.until('doctor');
  });

  it('goes with a gateway that is gone, and is learnt by one that begins', async () => {
    const mine = listen(patient);
    const theirs = listen(doctor, urlOf(there));
    await Promise.all([mine.until('doctor'), theirs.until('patient')]);
    const third = await platform.anotherGateway();
    await until(() => third.live.listening, 'the third gateway listens');
    const colleague = anActor({ role: 'doctor' });
    thread.members.add(colleague.userId);
    const late = listen(colleague, urlOf(third));
    await late.until(
      [doctor, patient]
        .map(({ userId }) => userId)
        .toSorted()
        .map(nameOf)
        .join(),
    );
    await mine.until(
      [doctor, colleague]
        .map(({ userId }) => userId)
        .toSorted()
        .map(nameOf)
        .join(),
    );

    // Not a word comes from it any more, as when its machine has burnt down.
    lineOfThere.cut();
    await mine.until('somebody else');
    lineOfThere.mend();
    // A stream that may have missed who left the thread has ended; every client opens it again.
    await until(() => there.live.listening, 'the other gateway listens again');
    listen(doctor, urlOf(there));
    await mine.until(
      [doctor, colleague]
        .map(({ userId }) => userId)
        .toSorted()
        .map(nameOf)
        .join(),
    );
    expect(mine.words()).toContain('somebody else');
    late.stop();
    await until(() => third.live.subscriptions === 0, 'nobody is at the third gateway');
    await third.stop();
  });
});
