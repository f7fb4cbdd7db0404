import { z } from 'zod';
import { idSchema } from './ids.ts';

/** What a person is within the membership they act in. */
export const roles = ['patient', 'doctor', 'pharmacist', 'administrator'] as const;
export type Role = (typeof roles)[number];

/** Granular rights beyond what a role can do by being a party to something. */
export const permissions = [
  'ManageUsers',
  'ManageOrganisations',
  /** Products, other names, look-alikes, withdrawals and recalls. */
  'ManageDrugCatalog',
  /** What the safety check goes by. */
  'ManageClinicalRules',
  /** Puts a release of the catalog into force, or an earlier one again. */
  'PublishCatalogRelease',
  'OperatePlatform',
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
});
export type Actor = z.infer<typeof actorSchema>;
