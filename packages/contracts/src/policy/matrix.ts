import { permissionsOf, type Role, roles } from '../actor.ts';
import type { Asker, Openings } from './asker.ts';
import { paymentPolicy } from './payment.ts';
import { userPolicy } from './person.ts';
import { dispensePolicy, prescriptionPolicy, profilePolicy } from './prescription.ts';
import { messagePolicy, threadPolicy } from './thread.ts';
import { ticketPolicy, timelineEntryPolicy } from './ticket.ts';

/** One patient, one ticket, and everybody who could want to see it: the policies' answers as a table. */

export const relations = {
  patient: 'the patient',
  otherPatient: 'another patient',
  proxy: 'a proxy of the patient',
  formerProxy: 'a proxy whose delegation has ended',
  doctor: 'the doctor',
  colleague: 'a doctor of the same clinic',
  sharedDoctor: 'a doctor of a clinic the record is shared with',
  emergencyDoctor: 'a doctor, with the token of an emergency access',
  otherDoctor: 'any other doctor',
  pharmacist: 'a pharmacist of the chosen pharmacy',
  otherPharmacist: 'a pharmacist of another pharmacy',
  administrator: 'an administrator',
} as const;
export type Relation = keyof typeof relations;

const ids = {
  patient: 'patient',
  doctor: 'doctor',
  clinic: 'clinic',
  pharmacy: 'pharmacy',
  sharedClinic: 'shared clinic',
};
const asker = (role: Role, userId: string, organisationId: string, more: object = {}): Asker =>
  ({ role, userId, organisationId, permissions: permissionsOf[role], ...more }) as unknown as Asker;

const askers: Record<Relation, Asker | null> = {
  patient: asker('patient', ids.patient, ids.clinic),
  otherPatient: asker('patient', 'another', ids.clinic),
  proxy: asker('patient', ids.patient, ids.clinic, { proxyId: 'proxy' }),
  // The gateway refuses the token: nobody asks.
  formerProxy: null,
  doctor: asker('doctor', ids.doctor, ids.clinic),
  colleague: asker('doctor', 'colleague', ids.clinic),
  sharedDoctor: asker('doctor', 'shared', ids.sharedClinic),
  emergencyDoctor: asker('doctor', 'emergency', 'elsewhere', { emergencyId: 'open' }),
  otherDoctor: asker('doctor', 'another', 'elsewhere'),
  pharmacist: asker('pharmacist', 'pharmacist', ids.pharmacy),
  otherPharmacist: asker('pharmacist', 'pharmacist', 'another'),
  administrator: asker('administrator', 'administrator', 'operator'),
};

const openings: Openings = {
  isShared: (_, organisationId) => organisationId === ids.sharedClinic,
  emergencyPatient: ({ emergencyId }) =>
    (emergencyId as string | undefined) === 'open' ? ids.patient : null,
};
const ticket = (status: string) => ({
  patientId: ids.patient,
  doctorId: ids.doctor,
  clinicId: ids.clinic,
  pharmacyId: ids.pharmacy,
  status,
});
const care = { patientId: ids.patient, doctorId: ids.doctor };
const prescription = (signed: boolean, released: boolean) => ({
  ...care,
  signed,
  released,
  fills: released ? [{ ...care, ticket: ticket('sent') }] : [],
});
const thread = { memberIds: [ids.patient, ids.doctor, ids.pharmacy] };
const profile = { patientId: ids.patient, openTickets: [ticket('sent')] };
const payment = { payerId: ids.patient, doctorId: ids.doctor };

type Rule = { read(asker: Asker): boolean; change?(asker: Asker): boolean };

/** What there is to see, by the doors it can be seen through. */
export const entities = {
  'Ticket, created': {
    read: (who) => ticketPolicy.read(who, ticket('created'), openings),
    change: (who) => ticketPolicy.change(who, ticket('created')),
  },
  'Ticket, sent': {
    read: (who) => ticketPolicy.read(who, ticket('sent'), openings),
    change: (who) => ticketPolicy.change(who, ticket('sent')),
  },
  'TimelineEntry, sent': {
    read: (who) => timelineEntryPolicy.read(who, ticket('sent'), openings),
  },
  Thread: { read: (who) => threadPolicy.read(who, thread) },
  Message: {
    read: (who) => messagePolicy.read(who, thread),
    change: (who) =>
      messagePolicy.create(who, {
        thread,
        senderId: who.role === 'pharmacist' ? who.organisationId : who.userId,
        sentBy: who.proxyId ?? who.userId,
      }),
  },
  'Prescription, draft': {
    read: (who) => prescriptionPolicy.read(who, prescription(false, false), openings),
    change: (who) => prescriptionPolicy.change(who, prescription(false, false)),
  },
  'Prescription, released': {
    read: (who) => prescriptionPolicy.read(who, prescription(true, true), openings),
    change: (who) => prescriptionPolicy.change(who, prescription(true, true)),
  },
  Dispense: {
    read: (who) => dispensePolicy.read(who, { ...care, pharmacyId: ids.pharmacy }, openings),
  },
  PatientProfile: {
    read: (who) => profilePolicy.read(who, profile, openings),
    change: (who) => profilePolicy.change(who, profile),
  },
  Payment: {
    read: (who) => paymentPolicy.read(who, payment),
    change: (who) => paymentPolicy.change(who, payment),
  },
  'User (the patient)': {
    read: (who) =>
      userPolicy.read(
        who,
        { userId: ids.patient, isStaff: false },
        {
          holds: (of, permission) => of.role === 'administrator' && permission === 'ManageUsers',
          isRegistered: (_, clinic) => clinic === ids.clinic,
          isShared: openings.isShared,
          sharesTicket: (_, principal) => [ids.doctor, ids.pharmacy].includes(principal),
          delegations: [{ patientId: ids.patient, delegateId: 'proxy', revoked: false }],
          emergencyPatient: openings.emergencyPatient,
        },
      ),
  },
} satisfies Record<string, Rule>;
export type Entity = keyof typeof entities;

export const doors = {
  query: 'a root field of the API',
  entity: 'a reference from another service (`_entities`)',
  live: 'a live event',
} as const;
export type Door = keyof typeof doors;

/** Every door shows what the policy says; those of an entity are here. */
export const doorsOf: Record<Entity, readonly Door[]> = {
  'Ticket, created': ['query', 'entity', 'live'],
  'Ticket, sent': ['query', 'entity', 'live'],
  'TimelineEntry, sent': ['entity', 'live'],
  Thread: ['query', 'entity', 'live'],
  Message: ['entity', 'live'],
  'Prescription, draft': ['query', 'entity'],
  'Prescription, released': ['query', 'entity'],
  Dispense: ['entity'],
  PatientProfile: ['query'],
  Payment: ['query', 'entity'],
  'User (the patient)': ['query', 'entity'],
};

/** What is mostly done with each, and the roles it is for: a policy says whose it is, a command who does it. */
export const commands: Partial<Record<Entity, { name: string; roles: readonly Role[] }>> = {
  'Ticket, created': { name: 'cancelTicket', roles: ['patient', 'doctor'] },
  'Ticket, sent': { name: 'cancelTicket', roles: ['patient', 'doctor'] },
  Message: { name: 'sendMessage', roles },
  'Prescription, draft': { name: 'discardDraft', roles: ['doctor'] },
  'Prescription, released': { name: 'cancelPrescription', roles: ['doctor'] },
  PatientProfile: { name: 'updatePatientFacts', roles: ['patient', 'doctor'] },
  Payment: { name: 'cancelPayment', roles: ['patient', 'doctor', 'administrator'] },
};

export interface Cell {
  relation: Relation;
  entity: Entity;
  read: boolean;
  change: boolean;
  /** Whether they get past policy and role of the entity's main command. */
  command: boolean;
}

/** What the policies say of everybody and everything here. */
export const cells = (): Cell[] =>
  (Object.keys(relations) as Relation[]).flatMap((relation) =>
    (Object.keys(entities) as Entity[]).map((entity) => {
      const who = askers[relation];
      const rule: Rule = entities[entity];
      const read = who !== null && rule.read(who);
      const change = read && (rule.change?.(who) ?? false);
      const command = change && (commands[entity]?.roles.includes(who.role) ?? false);
      return { relation, entity, read, change, command };
    }),
  );

/** The table, as Markdown. */
export function matrixText(): string {
  const all = cells();
  const columns = Object.keys(entities) as Entity[];
  const mark = ({ read, change }: Cell) => (change ? 'changes' : read ? 'reads' : '');
  const line = (parts: readonly string[]) => `| ${parts.join(' | ')} |`;
  const rows = (Object.keys(relations) as Relation[]).map((relation) =>
    line([
      relations[relation],
      ...columns.map((entity) =>
        mark(all.find((cell) => cell.relation === relation && cell.entity === entity)!),
      ),
    ]),
  );
  const commanded = columns.flatMap((entity) => {
    const command = commands[entity];
    if (!command) return [];
    const by = all.filter((cell) => cell.entity === entity && cell.command);
    return [line([entity, `\`${command.name}\``, by.map(({ relation }) => relations[relation]).join(', ')])];
  });
  const open = columns.map((entity) =>
    line([
      entity,
      ...(Object.keys(doors) as Door[]).map((door) => (doorsOf[entity].includes(door) ? 'yes' : '')),
    ]),
  );
  return `# Who sees what

Made from the policies in \`packages/contracts/src/policy\` by \`npm run matrix -w packages/contracts\`; a test keeps it fresh,
another asks the running platform. One patient, one ticket with all that hangs on it, and everybody who could want to see
it. *Changes* includes reading. A proxy also needs the scope of their delegation: READ, WRITE, COLLECT. What else a change
takes (role, claim, version) the services decide.

${line(['', ...columns])}
${line(Array.from({ length: columns.length + 1 }, () => '---'))}
${rows.join('\n')}

An emergency access and a shared record open what was sent and signed, and what is known of the patient; never a
conversation or a payment. An administrator sees payments only with ManagePayments, names only with ManageUsers.

## Changing

Who gets past policy and role of what is mostly done with each; everybody else is told that there is none, or that it is
not theirs to do.

${line(['', 'command', 'by'])}
${line(Array.from({ length: 3 }, () => '---'))}
${commanded.join('\n')}

## Doors

Each shows exactly what the table says, because each reads as the person who asks.

${line(['', ...Object.values(doors)])}
${line(Array.from({ length: 4 }, () => '---'))}
${open.join('\n')}
`;
}
