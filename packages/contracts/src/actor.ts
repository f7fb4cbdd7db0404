import { z } from 'zod';
import { idSchema } from './ids.ts';
import { scopes } from './scopes.ts';

/** What a person is within the membership they act in. */
export const roles = ['patient', 'doctor', 'pharmacist', 'administrator'] as const;
export type Role = (typeof roles)[number];

/** Granular rights beyond what a role can do by being a party to something. */
export const permissions = [
  'ManageUsers',
  /** Invites people to the organisation it is held in, to what the holder may do there at most. */
  'InviteMembers',
  'ManageOrganisations',
  /** Products, other names, look-alikes, withdrawals and recalls. */
  'ManageDrugCatalog',
  /** What the safety check goes by. */
  'ManageClinicalRules',
  /** Puts a release of the catalog into force, or an earlier one again. */
  'PublishCatalogRelease',
  /** Everybody's payments: refunds, what needs a person, the books. */
  'ManagePayments',
  /** Sets what may not be purged, sees what was deleted meanwhile, and lifts what a second person set. */
  'ManageLegalHold',
  /** Decides about messages that were reported, and who may not send in a thread. */
  'ModerateMessages',
  /** Requests of patients to have a prescription renewed: approve, decline, pay back. */
  'ApproveRenewals',
  /** Programs of organisations that act by themselves: their scopes, keys and addresses. */
  'ManageServiceAccounts',
  /** Named sets of permissions, and which members have them. */
  'ManagePermissions',
  /** Has the document of a prescription made, without seeing it. */
  'MakeDocuments',
  'OperatePlatform',
  /** Sees who accessed whose record, and answers patients who question an access. */
  'ReviewAudit',
  /** Lets a carer act for a child whose parent asks for it. */
  'ManageDelegations',
  /** Judges emergency accesses after the fact; sees who opened which and why, not the record. */
  'ReviewEmergencyAccess',
] as const;
export type Permission = (typeof permissions)[number];

/** Rights every holder of a role has. */
export const permissionsOf: Record<Role, readonly Permission[]> = {
  patient: [],
  doctor: [],
  pharmacist: [],
  administrator: permissions,
};

/** A person who is signed in has proved once more who they are. */
export const stepUpSchema = z.object({
  /** When, in seconds since 1970 (`auth_time` of OpenID Connect Core 2). */
  at: z.int().positive(),
  /** How, in the words of RFC 8176 (`amr`), such as `pwd`. */
  methods: z.array(z.string()),
});
export type StepUp = z.infer<typeof stepUpSchema>;

/** What a delegation lets a proxy do in the patient's place. */
export const proxyScopes = ['read', 'write', 'collect'] as const;
export type ProxyScope = (typeof proxyScopes)[number];

/** A program of an organisation, instead of a person: it may do what its scopes say and nothing else. */
export const clientSchema = z.object({
  /** The service account; also the `userId` of the actor, by which the program is known everywhere. */
  id: idSchema<'User'>(),
  scopes: z.array(z.enum(scopes)),
});

/** Who asks: one person acting in one membership. Carried in the access token and in the internal token. */
export const actorSchema = z.object({
  userId: idSchema<'User'>(),
  membershipId: idSchema<'Membership'>(),
  organisationId: idSchema<'Organisation'>(),
  role: z.enum(roles),
  permissions: z.array(z.enum(permissions)),
  sessionId: idSchema<'Session'>(),
  /** Only in the access token that the proof was answered with; who needs one says how old it may be. */
  stepUp: stepUpSchema.optional(),
  /** Who really acts, when it is not `userId`, whose rights are used: a parent or a carer, by a delegation. */
  proxyId: idSchema<'User'>().optional(),
  /** With proxyId: the delegation, and what it allows; nothing at all when the list is missing. */
  delegationId: idSchema<'Delegation'>().optional(),
  proxyScopes: z.array(z.enum(proxyScopes)).optional(),
  /** The emergency access this token is for: of tickets and prescriptions it reads the record of one patient only. */
  emergencyId: idSchema<'EmergencyAccess'>().optional(),
  /** Only when a service account acts. The session is then the key it proved itself with. */
  client: clientSchema.optional(),
});
export type Actor = z.infer<typeof actorSchema>;

/** The person at the keyboard: the proxy where there is one. */
export const personBehind = ({ userId, proxyId }: Pick<Actor, 'userId' | 'proxyId'>): Actor['userId'] =>
  proxyId ?? userId;
