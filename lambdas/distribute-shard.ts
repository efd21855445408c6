import { lambda } from './runtime/lambda.ts';
import { distributeShard } from './stages/distribute-shard.ts';
import { equip } from './stages/equipment.ts';
import { parseShardStep } from './stages/step.ts';

/** Puts the credential into every kit of one shard that does not have it. */
export const handler = lambda((runtime) => {
  const { records: gateways, ...others } = equip(runtime, 'records', 'kits', 'vault', 'secretsManager', 'notifyOwner');
  return (event: unknown) => distributeShard({ ...others, gateways }, parseShardStep(event));
});
