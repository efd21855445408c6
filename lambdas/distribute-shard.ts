import { lambda } from './runtime/lambda.ts';
import { equip } from './wiring/dependencies.ts';
import { distributeShard } from './workflow/distribute-shard.ts';
import { parseShardStep } from './workflow/shared/step.ts';

/** Puts the credential into every kit of one shard that does not have it. */
export const handler = lambda((runtime) => {
  const { records: gateways, ...others } = equip(runtime, 'records', 'kits', 'vault', 'secretsManager', 'notifyOwner');
  return (event: unknown) => distributeShard({ ...others, gateways }, parseShardStep(event));
});
