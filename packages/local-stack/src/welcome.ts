import pc from 'picocolors';

/** The demonstration's sign-ins, made by identity's seed script. */
export const demoPeople = [
  'patient',
  'patient2',
  'doctor',
  'doctor2',
  'pharmacist',
  'pharmacist2',
  'admin',
].map((name) => `${name}@demo.example`);
export const demoPassword = 'carethread-demo';

export const signInMutation = `mutation {
  signIn(input: { email: "doctor@demo.example", password: "${demoPassword}" }) {
    session { accessToken }
    userErrors { message }
  }
}`;

/** Answers for anybody who is signed in. */
export const firstQuery = `{
  me { displayName }
  organisations(kind: PHARMACY) { edges { node { id name } } }
}`;

/** What a person needs next: the address, who may sign in, and first queries to paste. */
export function welcome({
  url,
  logs,
  demo,
  stripe,
}: {
  url: string;
  logs: string;
  demo: boolean;
  stripe: boolean;
}): string {
  return [
    '',
    `${pc.bold('Carethread is ready:')} ${pc.cyan(url)}`,
    '',
    ...(demo ? demonstration(url) : []),
    stripe
      ? 'Payments go to Stripe, with the key in STRIPE_SECRET_KEY.'
      : 'Payments go to a simulator that takes no money; STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET make it Stripe.',
    '',
    pc.dim(`Logs: ${logs}    Stop: Ctrl-C    Start from nothing: npm run reset`),
    '',
  ].join('\n');
}

const demonstration = (url: string): string[] => [
  `Sign in as one of these; the password is ${demoPassword} for each:`,
  ...demoPeople.map((address) => `  ${address}`),
  '',
  'First steps in GraphQL; the second one with the header  authorization: Bearer <accessToken>',
  ...`${signInMutation}\n${firstQuery}`.split('\n').map((line) => `  ${line}`),
  '',
  'The same to paste into a shell:',
  `  TOKEN=$(${curl(url, signInMutation)} \\`,
  `    | sed 's/.*"accessToken":"\\([^"]*\\)".*/\\1/')`,
  `  ${curl(url, firstQuery)} \\`,
  '    -H "authorization: Bearer $TOKEN"',
  '',
];

function curl(url: string, query: string): string {
  const body = JSON.stringify({ query: query.replaceAll(/\s+/g, ' ') });
  return `curl -s ${url} -H 'content-type: application/json' --data '${body}'`;
}
