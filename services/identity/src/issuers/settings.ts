import { readFileSync } from 'node:fs';
import { roles } from '@carethread/contracts/actor.ts';
import { idSchema } from '@carethread/contracts/ids.ts';
import { z } from 'zod';

/** Issuers outside, as the operator describes them in a JSON file. */

/** On this machine nothing is overheard; everywhere else an issuer without TLS proves nothing. */
const isSafe = (text: string): boolean => {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return (
    protocol === 'https:' || (protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(hostname))
  );
};

/** Signatures with a public key. HS256 would make our client secret sign for the issuer. */
const algorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
] as const;

const grantSchema = z.strictObject({
  /** The claim that is looked at, … */
  claim: z.string().min(1),
  /** … and what it has to be, or to contain if it is a list. */
  value: z.union([z.string().min(1), z.boolean()]),
  organisationId: idSchema<'Organisation'>(),
  role: z.enum(roles),
  /** Where the number of the licence to practise stands. */
  licenceClaim: z.string().min(1).optional(),
});

const issuerSchema = z
  .strictObject({
    /** What clients call it. */
    key: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'must be small letters, digits and hyphens, at most 40'),
    /** What people call it. */
    name: z.string().min(1).max(80),
    issuer: z.string().refine(isSafe, 'must be an https address (http on this machine only)'),
    clientId: z.string().min(1),
    clientSecretEnv: z.string().min(1).optional(),
    clientSecretFile: z.string().min(1).optional(),
    clientAuthentication: z
      .enum(['client_secret_basic', 'client_secret_post'])
      .default('client_secret_basic'),
    /** Where its answers may go; each belongs to one issuer, so that an answer cannot be taken for another one's. */
    redirectUris: z
      .array(
        z.string().refine((text) => URL.canParse(text) && !text.includes('#'), 'must be addresses without #'),
      )
      .min(1, 'must name at least one'),
    scopes: z.array(z.string()).default(['openid', 'profile', 'email']),
    /** Audiences an ID token may have beside the client. */
    otherAudiences: z.array(z.string()).default([]),
    algorithms: z.array(z.enum(algorithms)).min(1).default(['RS256', 'PS256', 'ES256', 'EdDSA']),
    /** One of these must be in `acr`. */
    requiredAcr: z.array(z.string()).default([]),
    /** All of these must be in `amr`. */
    requiredAmr: z.array(z.string()).default([]),
    /** Of these in `amr`, with `auth_time`, our step-up believes the issuer. */
    trustedAmr: z.array(z.string()).default([]),
    /** Mail domains whose addresses the issuer decides about: a verified one is enough to find an account here. */
    emailDomains: z.array(z.string().toLowerCase()).default([]),
    /** Whether claims are read from its userinfo endpoint as well. */
    userInfo: z.boolean().default(false),
    memberships: z.array(grantSchema).min(1, 'must grant something, or nobody gets in'),
  })
  .refine(({ clientSecretEnv, clientSecretFile }) => Boolean(clientSecretEnv) !== Boolean(clientSecretFile), {
    message: 'must have either clientSecretEnv or clientSecretFile',
  });

const fileSchema = z.strictObject({ issuers: z.array(issuerSchema) }).superRefine(({ issuers }, context) => {
  const once = (what: string, values: string[]) => {
    for (const twice of values.filter((value, index) => values.indexOf(value) !== index))
      context.addIssue({ code: 'custom', message: `the ${what} ${twice} stands there twice` });
  };
  once(
    'key',
    issuers.map(({ key }) => key),
  );
  once(
    'issuer',
    issuers.map(({ issuer }) => issuer),
  );
  once(
    'redirect URI',
    issuers.flatMap(({ redirectUris }) => redirectUris),
  );
});

export type IssuerGrant = z.infer<typeof grantSchema>;
export interface IssuerSettings extends z.infer<typeof issuerSchema> {
  clientSecret: string;
}

/** The file's issuers with their secrets, or everything that is wrong with it, one sentence each. */
export function readIssuers(
  file: string,
  env: Record<string, string | undefined>,
): { issuers: IssuerSettings[] } | { problems: string[] } {
  const text = attempt(() => readFileSync(file, 'utf8'));
  if (text === null) return { problems: [`${file} cannot be read`] };
  const json = attempt(() => JSON.parse(text) as unknown);
  if (json === null) return { problems: [`${file} is not JSON`] };
  const parsed = fileSchema.safeParse(json);
  if (!parsed.success)
    return {
      problems: parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`.trim()),
    };
  const issuers = parsed.data.issuers.map((each) => ({ ...each, clientSecret: secretOf(each, env) ?? '' }));
  const problems = issuers
    .filter(({ clientSecret }) => !clientSecret)
    .map(
      ({ key, clientSecretEnv, clientSecretFile }) =>
        `${key}: no secret in ${clientSecretEnv ?? clientSecretFile}`,
    );
  return problems.length > 0 ? { problems } : { issuers };
}

const secretOf = (
  { clientSecretEnv, clientSecretFile }: z.infer<typeof issuerSchema>,
  env: Record<string, string | undefined>,
) =>
  clientSecretFile
    ? attempt(() => readFileSync(clientSecretFile, 'utf8'))?.trim()
    : env[clientSecretEnv ?? ''];

function attempt<Result>(work: () => Result): Result | null {
  try {
    return work();
  } catch {
    return null;
  }
}
