import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { ThreadRead } from '@carethread/contracts/events/messaging.ts';
import { TicketNoted } from '@carethread/contracts/events/tickets.ts';
import { anActor } from './fixtures/identity-provider.ts';
import { type LivePlatform, startLivePlatform } from './fixtures/live-platform.ts';

const dashboard = 'subscription { pharmacyTicketEvents { kind ticket { id version } } }';
const inbox = 'subscription { inboxEvents { kind thread { id lastNumber } message { text } } }';

describe('live lists', () => {
  let platform: LivePlatform;
  beforeAll(async () => {
    platform = await startLivePlatform();
  });
  afterAll(() => platform.stop());
  afterEach(() => platform.disconnectAll());

  describe('a pharmacy’s dashboard', () => {
    it('hears of its tickets, from whichever event, and of no others', async () => {
      const pharmacist = anActor({ role: 'pharmacist' });
      const stream = platform.connect(pharmacist).subscribe(dashboard);
      await platform.subscriptions(1);
      const foreign = platform.world.openTicket();
      await platform.move(foreign, anActor().organisationId);
      const ticket = platform.world.openTicket(pharmacist.organisationId);
      await platform.move(ticket, pharmacist.organisationId);
      const heard = { kind: 'CHANGED', ticket: { id: ticket.id, version: 2 } };
      expect(await stream.next()).toEqual({ data: { pharmacyTicketEvents: heard } });
      const { organisationId: pharmacyId } = pharmacist;
      const data = { ticketId: ticket.id, noted: 'messaging.message.posted.v1', subjectId: 'x', pharmacyId };
      await platform.bus.publish(TicketNoted, { aggregateId: ticket.id, sequence: 3, data });
      expect(await stream.next()).toEqual({ data: { pharmacyTicketEvents: heard } });
    });

    it('does not hear of a ticket it may not see yet', async () => {
      const pharmacist = anActor({ role: 'pharmacist' });
      const stream = platform.connect(pharmacist).subscribe(dashboard);
      await platform.subscriptions(1);
      const draft = platform.world.openTicket();
      await platform.withholding(1, () => platform.move(draft, pharmacist.organisationId));
      draft.readers.add(pharmacist.organisationId);
      await platform.move(draft, pharmacist.organisationId);
      expect(await stream.next()).toMatchObject({
        data: { pharmacyTicketEvents: { ticket: { version: 3 } } },
      });
      expect(stream.waiting).toBe(0);
    });

    it('is for people who act for a pharmacy', async () => {
      for (const role of ['patient', 'doctor', 'administrator'] as const) {
        const answer = await platform.connect(anActor({ role })).subscribe(dashboard).next();
        expect(answer).toMatchObject({ errors: [{ extensions: { code: 'NOT_FOUND' } }] });
      }
    });

    it('is read anew after a broken line, and goes on', async () => {
      const pharmacist = anActor({ role: 'pharmacist' });
      const stream = platform.connect(pharmacist).subscribe(dashboard);
      await platform.subscriptions(1);
      platform.bus.line.cut();
      platform.bus.line.mend();
      expect(await stream.next()).toEqual({
        data: { pharmacyTicketEvents: { kind: 'REFETCH', ticket: null } },
      });
      const ticket = platform.world.openTicket(pharmacist.organisationId);
      await platform.move(ticket, pharmacist.organisationId);
      expect(await stream.next()).toMatchObject({ data: { pharmacyTicketEvents: { kind: 'CHANGED' } } });
    });
  });

  describe('an inbox', () => {
    it('hears of messages in one’s threads, and of one’s own markers', async () => {
      const [doctor, pharmacist, stranger] = [
        anActor({ role: 'doctor' }),
        anActor({ role: 'pharmacist' }),
        anActor(),
      ];
      const streams = [doctor, pharmacist].map((actor) => platform.connect(actor).subscribe(inbox));
      const outside = platform.connect(stranger).subscribe(inbox);
      await platform.subscriptions(3);
      const thread = platform.world.openThread(doctor.userId, pharmacist.organisationId);
      await platform.post(thread, doctor.userId, 'hello');
      const posted = { kind: 'POSTED', thread: { id: thread.id, lastNumber: 1 }, message: { text: 'hello' } };
      for (const stream of streams) expect(await stream.next()).toEqual({ data: { inboxEvents: posted } });

      const data = {
        threadId: thread.id,
        ticketId: thread.ticketId,
        memberId: doctor.userId,
        upTo: 1,
        unread: 0,
      };
      await platform.bus.publish(ThreadRead, { aggregateId: thread.id, sequence: 2, data });
      const read = { kind: 'READ', thread: { id: thread.id, lastNumber: 1 }, message: null };
      expect(await streams[0]!.next()).toEqual({ data: { inboxEvents: read } });
      expect([streams[1]!.waiting, outside.waiting]).toEqual([0, 0]);
    });

    it('hears nothing of a thread one has left before the event arrived', async () => {
      const doctor = anActor({ role: 'doctor' });
      const author = anActor().userId;
      const stream = platform.connect(doctor).subscribe(inbox);
      await platform.subscriptions(1);
      const [left, present] = [platform.world.openThread(), platform.world.openThread(doctor.userId)];
      left.members.add(doctor.userId);
      await platform.withholding(1, () => {
        const posting = platform.post(left, author, 'secret');
        left.members.clear();
        return posting;
      });
      await platform.post(present, author, 'for you');
      expect(await stream.next()).toMatchObject({ data: { inboxEvents: { message: { text: 'for you' } } } });
      expect(stream.waiting).toBe(0);
    });
  });
});
