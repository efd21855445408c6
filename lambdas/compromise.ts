import { compromise, type PressResult } from './compromise/press.ts';
import { lambda } from './runtime/lambda.ts';
import { equip } from './wiring/dependencies.ts';

/** The compromise button: called directly, or with an event of its own bus. */
export const handler = lambda<unknown, PressResult>((runtime) => {
  const equipment = equip(runtime, 'gateways', 'executions');
  return (event) => compromise(equipment, event);
});
