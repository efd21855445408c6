import { lambda } from './runtime/lambda.ts';
import { provide } from './wiring/dependencies.ts';
import { distributeShard } from './workflow/distribute-shard.ts';
import { parseShardStep } from './workflow/shared/step.ts';

/** Puts the credential into every kit of one shard that does not have it. */
export const handler = lambda((runtime) => {
  const {
    records: gateways,
    kitSecretsTogether,
    ...others
  } = provide(runtime, 'records', 'kits', 'secretVersions', 'kitSecretsTogether', 'kitReach', 'notifyOwner');
  return (event: unknown) =>
    distributeShard({ ...others, gateways, kitSecrets: kitSecretsTogether() }, parseShardStep(event));
});
