import { compromise, type PressResult } from './compromise/press-button.ts';
import { lambda } from './runtime/lambda.ts';
import { provide } from './wiring/dependencies.ts';

/** The compromise button: called directly, or with an event of its own bus. */
export const handler = lambda<unknown, PressResult>((runtime) => {
  const { button: gateways, ...others } = provide(runtime, 'button', 'followUp');
  return (event) => compromise({ ...others, gateways }, event);
});
