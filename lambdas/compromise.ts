import { compromise, type PressResult } from './compromise/press-button.ts';
import { lambda } from './runtime/lambda.ts';
import { provide } from './wiring/dependencies.ts';

/** The compromise button: called directly, or with an event of its own bus. */
export const handler = lambda<unknown, PressResult>((runtime) => {
  const dependencies = provide(runtime, 'gateways', 'followUp');
  return (event) => compromise(dependencies, event);
});
