import { actConsole } from './console/submit-form.ts';
import { lambda } from './runtime/lambda.ts';
import { provide } from './wiring/dependencies.ts';

/** Does what was pressed in the console, and shows what follows. */
export const handler = lambda<unknown, Awaited<ReturnType<typeof actConsole>>>((runtime) => {
  const looking = ['records', 'kits', 'uses', 'proofs', 'secretVersions', 'plans', 'ownKeys'] as const;
  const dependencies = provide(
    runtime,
    ...looking,
    'gateways',
    'executions',
    'followUp',
    'manualStarts',
    'pingOne',
    'stackName',
  );
  return (event, { invokedFunctionArn }) => actConsole(dependencies, event, invokedFunctionArn);
});
