import { actConsole } from './console/submit-form.ts';
import { lambda } from './runtime/lambda.ts';
import { equip } from './wiring/dependencies.ts';

/** Does what was pressed in the console, and shows what follows. */
export const handler = lambda<unknown, Awaited<ReturnType<typeof actConsole>>>((runtime) => {
  const looking = ['records', 'kits', 'uses', 'vault', 'plans'] as const;
  const equipment = equip(runtime, ...looking, 'gateways', 'executions', 'manualStarts');
  return (event, { invokedFunctionArn }) => actConsole(equipment, event, invokedFunctionArn);
});
