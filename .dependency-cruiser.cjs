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
  // Both sides read the schedules of Secrets Manager: the registry refuses what AWS would, the emulator keeps them.
  emulator: ['lambdas/domain/aws-cron.ts$'],
};

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
      rule(`lib/${part}`, `^lib/${part}/`, `^(lib/${part}/|${allowed.join('|')})`),
    ),
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
