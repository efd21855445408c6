/** The import directions of the project: what may know what. An arrow points only to a line further down. */

/** Entries (`lambdas/*.ts`) are one a Lambda; the slices are named as they are, and `workflow` has one file a state. */
const slice = ['workflow', 'authorities', 'ports', 'runtime', 'domain'];
const lambdas = {
  wiring: ['workflow', 'authorities', 'kits', 'notifications', 'policy-check', 'aws', 'ports', 'runtime', 'domain'],
  console: ['operator', 'compromise', ...slice], // it acts by the very code that other callers reach
  operator: slice,
  compromise: slice,
  registry: ['kits', ...slice], // the schema of gateways.json is made of the kinds' own
  reconciler: slice,
  'evidence-export': slice,
  'secrets-manager-rotation': slice,
  workflow: ['authorities', 'kits', 'notifications', 'policy-check', 'ports', 'runtime', 'domain'],
  authorities: ['policy-check', 'ports', 'domain'],
  'policy-check': ['domain'],
  kits: ['ports', 'domain'],
  notifications: ['domain'],
  aws: ['ports', 'domain'],
  ports: ['domain'],
  runtime: ['domain'],
  domain: [],
};

/** `ports` is one door, `ports.ts`, and what it opens. */
const within = (names) => `^lambdas/(${names.map((name) => (name === 'ports' ? 'ports[./]' : `${name}/`)).join('|')})`;

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
      rule(`lambdas/${folder}`, within([folder]), within([folder, ...allowed])),
    ),
    rule(
      'entries-build-nothing-themselves',
      '^lambdas/(?!ports\\.ts)[^/]+\\.ts$',
      within(Object.keys(lambdas).filter((folder) => folder !== 'aws')),
    ),
    rule('lambdas-never-import-lib', '^lambdas/', '^lambdas/'),
    {
      name: 'folders-are-known',
      severity: 'error',
      from: { path: '^lambdas/', pathNot: [within(Object.keys(lambdas)), '^lambdas/[^/]+\\.ts$'] },
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
