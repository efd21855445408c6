import { setTimeout as pause } from 'node:timers/promises';
import { lambda } from './runtime/lambda.ts';
import { rotateSecret } from './secrets-manager-rotation/rotate-secret.ts';
import { provide } from './wiring/dependencies.ts';

/** The rotation function of the gateways' secrets: Secrets Manager calls it once for each step. */
export const handler = lambda<unknown, void>((runtime) => {
  const dependencies = provide(runtime, 'gateways', 'secretVersions', 'policyCheck', 'pingOne', 'executions');
  return (event) => rotateSecret({ ...dependencies, pause }, event);
});
