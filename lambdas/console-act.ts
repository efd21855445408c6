import { lambda } from './runtime/lambda.ts';
import { actConsole } from './stages/act-console.ts';
import { equip } from './stages/equipment.ts';

/** Does what was pressed in the console, and shows what follows. */
export const handler = lambda<unknown, Awaited<ReturnType<typeof actConsole>>>((runtime) => {
  const looking = ['records', 'kits', 'uses', 'vault', 'plans'] as const;
  const equipment = equip(runtime, ...looking, 'gateways', 'executions', 'manualStarts');
  return (event, { invokedFunctionArn }) => actConsole(equipment, event, invokedFunctionArn);
});
