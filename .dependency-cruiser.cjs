/** The import directions of the project: what may know what. An arrow points only to a line further down. */

/** Entries (`lambdas/*.ts`) are one a Lambda; the slices are named as they are, and `workflow` has one file a state. */
const slice = ['workflow', 'authorities', 'ports', 'runtime', 'domain'];
const lambdas = {
  wiring: ['workflow', 'authorities', 'kits', 'notifications', 'policy-check', 'aws', 'ports', 'runtime', 'domain'],
  console: ['operator', 'compromise', ...slice], // it acts by the very code that other callers reach
  operator: ['news', ...slice], // who acts for an owner stands beside how he is told
  compromise: slice,
  registry: ['kits', 'news', 'notifications', ...slice], // the schema of gateways.json is made of the kinds' own, and it tells owners
  reconciler: ['notifications', ...slice], // it tells owners
  'evidence-export': slice,
  'secrets-manager-rotation': slice,
  workflow: ['authorities', 'kits', 'notifications', 'policy-check', 'ports', 'runtime', 'domain'],
  authorities: ['policy-check', 'ports', 'runtime', 'domain'],
  'policy-check': ['runtime', 'domain'],
  kits: ['ports', 'domain'],
  news: ['kits', 'notifications', ...slice], // its channels ask as kits do, and sign as they do
  notifications: ['domain'],
  aws: ['ports', 'domain'],
  ports: ['domain'],
  runtime: ['domain'],
  domain: [],
};

/** `ports` is one door, `ports.ts`, and what it opens. */
const inLambdas = (names) =>
  `^lambdas/(${names.map((name) => (name === 'ports' ? 'ports[./]' : `${name}/`)).join('|')})`;
/** What a part of `lib` may know, besides itself. */
const lib = {
  app: ['^lib/(own-node|synthesise|constructs/)', '^lambdas/registry/read-registry'],
  index: ['^lib/(gateway-credential-rotation|constructs/)'],
  pack: ['^lib/constructs/bundle'],
  // What it synthesises is what the emulator reads.
  synthesise: ['^lib/(rotation-stack|constructs/)', '^lib/emulator/cloudformation/template'],
  'rotation-stack': ['^lib/(gateway-credential-rotation|constructs/)'],
  'gateway-credential-rotation': ['^lib/constructs/', '^lambdas/domain/names'],
  constructs: [
    '^lib/(defaults|own-files|registry-files/)',
    '^lambdas/domain/',
    '^lambdas/notifications/(event-schema|transition-news)',
    '^lambdas/compromise/press-input',
    '^lambdas/policy-check/sideband-body',
    // Whose hosts are a default of the settings, and which is refused at synthesis rather than when it is applied.
    '^lambdas/registry/(read-registry|registry-folders|registry-hosts|foreign-secrets)',
  ],
  // The generator of the pages reads what it documents: schemas, kinds of kit, settings of the stack, commands, and codes.
  schemas: [
    '^lambdas/([a-z-]+/[a-z-]*(schema|input)|kits/(kind-names|kit-errors)|policy-check/(answer|authorize))[.]ts$',
    '^lambdas/(domain|console/view)/',
    '^lib/(cli/command-table|constructs/settings|document-format)[.]ts$',
  ],
  cli: ['^lib/(defaults|document-format|exit-codes|own-node|screen|user-file|schemas/|registry-files/)', '^lambdas/'],
  // The console hands out evidence as the command line writes it.
  local: [
    '^lib/(defaults|exit-codes|own-files|screen|user-file|registry-files/|emulator/|cli/evidence-(export|file))',
    '^lambdas/',
  ],
  // Both sides read the schedules of Secrets Manager: the registry refuses what AWS would, the emulator keeps them.
  emulator: ['^lambdas/domain/aws-cron'],
  'registry-files': ['^lambdas/registry/(read-registry|schema)'],
  defaults: [],
  'exit-codes': [],
  'document-format': [],
  'user-file': [],
  screen: [],
  'own-node': ['^lib/bootstrap'],
  'own-files': [],
  bootstrap: [],
};

/** Inside the emulator: every service stands on the wire and on the account, and knows another only where it says so. */
const emulator = {
  account: [],
  wire: [],
  cloudformation: ['wire'],
  cloudfront: ['wire'],
  'api-gateway': ['wire', 'cloudformation/template'],
  dynamodb: ['account', 'wire'],
  eventbridge: ['account', 'wire'],
  iam: ['account', 'wire'],
  kms: ['wire'],
  lambda: ['wire'],
  'secrets-manager': ['account', 'wire'],
  sns: ['account', 'wire'],
  ssm: ['account', 'wire'],
  'step-functions': ['wire', 'lambda'],
  sts: ['wire'],
  endpoint: ['wire', 'dynamodb/dynamodb', 'lambda/function-url'],
};

/** Inside the local deployment: the demo and the stand-ins know the deployment, and the console server knows nobody. What health says, the console server shows. */
const local = {
  console: [],
  health: ['console/open-pages'],
  'stand-ins': [],
  demo: ['stand-ins', 'deployment', 'snapshot', 'repeat'],
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
      rule(`lambdas/${folder}`, inLambdas([folder]), inLambdas([folder, ...allowed])),
    ),
    rule(
      'entries-build-nothing-themselves',
      '^lambdas/(?!ports\\.ts)[^/]+\\.ts$',
      inLambdas(Object.keys(lambdas).filter((folder) => folder !== 'aws')),
    ),
    ...Object.entries(lib).map(([part, allowed]) =>
      rule(`lib/${part}`, `^lib/${part}[/.]`, [`^lib/${part}[/.]`, ...allowed].join('|')),
    ),
    ...[
      // It asks functions and shows their answers: of the slices it has the types of those, and what reads and words them.
      ['lib/cli-does-nothing-itself', '^lib/cli/(?!restore-gateways?[.]|own-access|test-kit|import/)', ''],
      // What is only written down has no function to ask: it is looked at from here, and nothing is changed.
      [
        'lib/cli-looks',
        '^lib/cli/(own-access|test-kit|import/)',
        '|aws/(kit-commands|kit-edge|kit-functions|kit-parameters|kit-secrets|kit-secrets-by-role|owners-role|secret-versions)|kits/(kept-fetch|kit-files|kong|kong-plugins|apigee|apigee-entries|apigee-settings)|authorities/pingone|workflow/shared/(test-kit|reach-kit)',
      ],
      // Restoring is for the day on which there is no function to ask.
      ['lib/cli-restores', '^lib/cli/restore-gateways?[.]', '|aws|wiring/gateways'],
    ].map(([name, path, more]) => ({
      name,
      severity: 'error',
      from: { path },
      to: {
        path: '^lambdas/',
        pathNot: `^lambdas/(domain|console/view|registry|evidence-export|notifications|kits/(kinds|kind-names)|workflow/shared/(derived-id|fields)${more})[/.]`,
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
    {
      name: 'folders-are-known',
      severity: 'error',
      from: { path: '^lambdas/', pathNot: [inLambdas(Object.keys(lambdas)), '^lambdas/[^/]+\\.ts$'] },
      to: {},
    },
    {
      name: 'entries-are-imported-by-nobody',
      severity: 'error',
      from: { path: '^lambdas/' },
      to: { path: '^lambdas/[^/]+\\.ts$', pathNot: '^lambdas/ports\\.ts$' },
    },
    {
      name: 'ports-have-one-door',
      severity: 'error',
      from: { path: '^lambdas/', pathNot: '^lambdas/ports[./]' },
      to: { path: '^lambdas/ports/' },
    },
    {
      name: 'no-step-is-a-library',
      severity: 'error',
      from: { path: '^(lib|lambdas)/', pathNot: '^lambdas/[^/]+\\.ts$' },
      to: { path: '^lambdas/workflow/[^/]+\\.ts$' },
    },
    {
      name: 'sdk-only-in-aws',
      severity: 'error',
      from: { path: '^lambdas/', pathNot: '^lambdas/(aws|wiring)/' },
      to: { path: '(^|node_modules/)(@aws-sdk|@smithy)/' },
    },
    {
      name: 'domain-loads-nothing',
      severity: 'error',
      from: { path: '^lambdas/domain/', pathNot: '^lambdas/domain/aws-cron\\.ts$' },
      to: { path: '(^|node_modules/)', pathNot: '^lambdas/', dependencyTypesNot: ['core'] },
    },
    {
      name: 'ports-are-types',
      severity: 'error',
      from: { path: '^lambdas/ports[./]' },
      to: { dependencyTypesNot: ['type-only'] },
    },
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
