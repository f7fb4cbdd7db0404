/** Who may import whom. Checked by `npm test`; the reasons are in docs/ARCHITECTURE.md. */
const inside = (folder) => `^${folder}/`;
const services = '^services/([^/]+)/';
const ours = '^(packages|services|gateway|system-tests|bench)/';
const production = { pathNot: '(\\.test\\.ts$|/test/|/testing/)' };

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'services-never-import-services',
      comment: 'A service learns what another one knows from events or through the gateway.',
      severity: 'error',
      from: { path: services },
      to: { path: services, pathNot: '^services/$1/' },
    },
    {
      name: 'gateway-imports-no-service',
      comment: 'The gateway knows schemas, not code.',
      severity: 'error',
      from: { path: inside('gateway') },
      to: { path: services },
    },
    {
      name: 'contracts-import-nothing-of-ours',
      severity: 'error',
      from: { path: inside('packages/contracts') },
      to: { path: ours, pathNot: inside('packages/contracts') },
    },
    {
      name: 'client-runs-anywhere',
      comment: 'Browsers and React Native have neither our packages nor those of Node.',
      severity: 'error',
      from: { ...production, path: inside('packages/client') + 'src/' },
      to: { pathNot: ['^packages/client/src/', '^node_modules/(graphql|graphql-ws|graphql-sse)/'] },
    },
    {
      name: 'bus-imports-only-contracts',
      severity: 'error',
      from: { ...production, path: inside('packages/bus') },
      to: { path: ours, pathNot: '^packages/(bus|contracts)/' },
    },
    {
      name: 'service-kit-imports-only-contracts-and-bus',
      severity: 'error',
      from: { ...production, path: inside('packages/service-kit') },
      to: { path: ours, pathNot: '^packages/(service-kit|bus|contracts)/' },
    },
    {
      name: 'local-stack-imports-only-contracts',
      severity: 'error',
      from: { ...production, path: inside('packages/local-stack') },
      to: { path: ours, pathNot: '^packages/(local-stack|contracts)/' },
    },
    {
      name: 'local-stack-is-for-starting-and-testing',
      comment: 'What runs in production does not start databases.',
      severity: 'error',
      from: {
        ...production,
        path: '^(packages|services|gateway)/[^ ]*src/',
        pathNot: [production.pathNot, inside('packages/local-stack')],
      },
      to: { path: inside('packages/local-stack') },
    },
    {
      name: 'production-code-imports-no-test-code',
      severity: 'error',
      from: { ...production, path: '^(packages|services|gateway)/[^ ]*src/' },
      to: { path: '(\\.test\\.ts$|/test/|/testing/)' },
    },
    {
      name: 'entities-import-no-transport',
      comment:
        'An entity file decides: state in, facts out. It is the .ts file directly in src that is named like the entity.',
      severity: 'error',
      from: {
        path: '^services/[^/]+/src/(ticket|thread|message|prescription|fill|payment|drug|release|screening|user|session|organisation|membership)\\.ts$',
      },
      to: {
        path: 'node_modules/(pg|express|graphql|amqplib|@prisma|@apollo|ioredis|undici)/|/generated/|^packages/(service-kit|bus)/src/(database|service|subgraph|transaction)',
      },
    },
    {
      name: 'verb-folders-do-not-import-each-other',
      comment: 'What two of them share belongs into the entity, or into a file beside it.',
      severity: 'error',
      from: { ...production, path: '^services/([^/]+)/src/([^/]+-[^/]+)/' },
      to: { path: '^services/$1/src/([^/]+-[^/]+)/', pathNot: '^services/$1/src/$2/' },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'everything-resolves',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '/generated/|^\\./generated' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '/generated/' },
    parser: 'swc',
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
      extensions: ['.ts', '.js', '.mjs'],
    },
  },
};
