/** The import directions of the project: what may know what. An arrow points only to a line further down. */
const lambdas = {
  workflow: ['wiring', 'aws', 'kits', 'notifications', 'policy-check', 'runtime', 'domain'],
  kits: ['domain'],
  notifications: ['domain'],
  'policy-check': ['domain'],
  runtime: ['domain'],
  domain: [],
};

/** What a part of `lib` may know, besides itself. */
const lib = {
  app: ['^lib/(synthesise|constructs/)', '^lambdas/registry/read-registry'],
  // What it synthesises is what the emulator reads.
  synthesise: ['^lib/(defaults|rotation-stack|constructs/)', '^lib/emulator/cloudformation/template'],
  'rotation-stack': ['^lib/constructs/'],
  constructs: ['^lambdas/domain/', '^lambdas/notifications/event-schema', '^lambdas/compromise/press-input'],
  schemas: ['^lambdas/[a-z-]+/[a-z-]*(schema|input)[.]ts$'],
  cli: ['^lib/(defaults|bootstrap|schemas/)', '^lambdas/'],
  local: ['^lib/(defaults|emulator/)', '^lambdas/'],
  // Both sides read the schedules of Secrets Manager: the registry refuses what AWS would, the emulator keeps them.
  emulator: ['^lambdas/domain/aws-cron'],
  defaults: [],
  bootstrap: [],
};

/** Inside the emulator: every service stands on the wire and on the account, and knows another only where it says so. */
const emulator = {
  account: [],
  wire: [],
  cloudformation: ['wire'],
  'api-gateway': ['cloudformation/template'],
  dynamodb: ['account', 'wire'],
  eventbridge: ['account', 'wire'],
  iam: ['account', 'wire', 'cloudformation/template', 'secrets-manager/secrets-manager'],
  kms: ['wire'],
  lambda: ['wire'],
  'secrets-manager': ['account', 'wire'],
  sns: ['account', 'wire'],
  'step-functions': ['wire', 'lambda'],
  sts: ['wire'],
  endpoint: ['wire', 'dynamodb/dynamodb', 'lambda/function-url'],
};

/** Inside the local deployment: the demo and the stand-ins know the deployment, and the console server knows nobody. */
const local = {
  console: [],
  'stand-ins': [],
  demo: ['stand-ins', 'deployment', 'snapshot'],
};

const within = (folder, parts) =>
  Object.entries(parts).map(([part, allowed]) => ({
    name: `${folder}/${part}`,
    severity: 'error',
    from: { path: `^${folder}/${part}[/.]` },
    to: { path: `^${folder}/`, pathNot: `^${folder}/(${[part, ...allowed].join('|')})[/.]` },
  }));

const rule = (name, path, allowed) => ({
  name,
  severity: 'error',
  from: { path },
  to: { path: '^(lib|lambdas)/', pathNot: allowed },
});

module.exports = {
  forbidden: [
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    ...Object.entries(lambdas).map(([folder, allowed]) =>
      rule(`lambdas/${folder}`, `^lambdas/${folder}/`, `^lambdas/(${[folder, ...allowed].join('|')})/`),
    ),
    ...Object.entries(lib).map(([part, allowed]) =>
      rule(`lib/${part}`, `^lib/${part}[/.]`, [`^lib/${part}[/.]`, ...allowed].join('|')),
    ),
    ...[
      // It asks functions and shows their answers: of the slices it has the types of those, and what reads and words them.
      ['lib/cli-does-nothing-itself', '^lib/cli/(?!restore-gateway|commands/restore)', ''],
      // Restoring is for the day on which there is no function to ask.
      ['lib/cli-restores', '^lib/cli/(restore-gateway|commands/restore)', '|aws'],
    ].map(([name, path, more]) => ({
      name,
      severity: 'error',
      from: { path },
      to: {
        path: '^lambdas/',
        pathNot: `^lambdas/(domain|console/view|registry|evidence-export|notifications|workflow/begin-rotation${more})[/.]`,
        dependencyTypesNot: ['type-only'],
      },
    })),
    {
      name: 'lib-has-no-other-parts',
      severity: 'error',
      from: { path: '^lib/', pathNot: `^lib/(${Object.keys(lib).join('|')})[/.]` },
      to: {},
    },
    ...within('lib/emulator', emulator),
    ...within('lib/local', local),
    rule('lambdas-never-import-lib', '^lambdas/', '^lambdas/'),
    rule('entries-are-imported-by-nobody', '^lambdas/', '^lambdas/[^/]+/'),
    {
      name: 'no-cdk-in-lambdas',
      severity: 'error',
      from: { path: '^lambdas/' },
      to: { path: '(^|node_modules/)(aws-cdk-lib|constructs|aws-local-stepfunctions|dynalite)(/|$)' },
    },
    {
      name: 'middy-only-in-runtime',
      severity: 'error',
      from: { path: '^lambdas/', pathNot: '^lambdas/runtime/' },
      to: { path: 'node_modules/@middy/' },
    },
    { name: 'known-packages-only', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'lambdas-use-dependencies-only',
      severity: 'error',
      from: { path: '^lambdas/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    parser: 'swc',
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
