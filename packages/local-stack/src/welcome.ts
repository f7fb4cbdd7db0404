import pc from 'picocolors';

const signInQuery = `mutation {
  signIn(input: { email: "doctor@demo.example", password: "carethread-demo" }) {
    accessToken
    userErrors { code message }
  }
}`;

const people = ['patient', 'patient2', 'doctor', 'doctor2', 'pharmacist', 'pharmacist2', 'admin'];

/** What a person needs next: the address, who may sign in, and a first query to paste. */
export function welcome({ url, logs, demo }: { url: string; logs: string; demo: boolean }): string {
  const lines = ['', `${pc.bold('Carethread is ready:')} ${pc.cyan(url)}`, ''];
  if (demo) {
    const body = JSON.stringify({ query: signInQuery.replaceAll(/\s+/g, ' ') });
    lines.push(
      'Sign in as one of these; the password is carethread-demo for each:',
      ...people.map((name) => `  ${name}@demo.example`),
      '',
      'A first query (GraphQL):',
      ...signInQuery.split('\n').map((line) => `  ${line}`),
      '',
      'The same to paste into a terminal:',
      `  curl -s ${url} -H 'content-type: application/json' \\`,
      `    --data '${body}'`,
      '',
    );
  }
  lines.push(pc.dim(`Logs: ${logs}    Stop: Ctrl-C    Empty it again: npm run reset`), '');
  return lines.join('\n');
}
