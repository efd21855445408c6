import { lambda } from './runtime/lambda.ts';
import { equip } from './stages/equipment.ts';
import { showConsole } from './stages/show-console.ts';

/** Shows the console: for a CloudWatch custom widget, for the local page, and as facts for programs. It reads, and no secret. */
export const handler = lambda<unknown, Awaited<ReturnType<typeof showConsole>>>((runtime) => {
  const equipment = equip(runtime, 'records', 'kits', 'uses', 'vault', 'plans', 'actFunction');
  return (event, { invokedFunctionArn }) => showConsole(equipment, event, invokedFunctionArn);
});
