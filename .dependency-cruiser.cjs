/** The import directions of the project: what may know what. */
const only = (name, from, ...allowed) => ({
  name,
  severity: 'error',
  from: { path: from },
  to: { path: '^(lib|lambdas)/', pathNot: allowed },
});

module.exports = {
  forbidden: [
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'domain-imports-only-domain',
      severity: 'error',
      from: { path: '^lambdas/domain/' },
      to: { pathNot: '^lambdas/domain/' },
    },
    only('store-imports-domain', '^lambdas/store/', '^lambdas/(domain|store)/'),
    only('authority-imports-domain', '^lambdas/authority/', '^lambdas/(domain|authority)/'),
    only('kits-import-domain', '^lambdas/kits/', '^lambdas/(domain|kits)/'),
    only('policy-check-imports-domain', '^lambdas/policy-check/', '^lambdas/(domain|policy-check)/'),
    only('console-imports-domain', '^lambdas/console/', '^lambdas/(domain|console)/'),
    only('news-imports-domain', '^lambdas/news/', '^lambdas/(domain|news)/'),
    only('runtime-imports-domain', '^lambdas/runtime/', '^lambdas/(domain|runtime)/'),
    only(
      'stages-compose',
      '^lambdas/stages/',
      '^lambdas/(domain|store|news|authority|kits|policy-check|console|runtime|stages)/',
    ),
    only('lambdas-never-import-lib', '^lambdas/[^/]+$', '^lambdas/(?!.*)|^lambdas/[^/]+/'),
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
