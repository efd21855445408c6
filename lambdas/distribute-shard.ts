import { lambda } from './runtime/lambda.ts';
import { provide } from './wiring/dependencies.ts';
import { distributeShard } from './workflow/distribute-shard.ts';
import { readingTogether } from './workflow/shared/reading-together.ts';
import { parseShardStep } from './workflow/shared/step.ts';

/** Puts the credential into every kit of one shard that does not have it. */
export const handler = lambda((runtime) => {
  const { records, kitSecretsTogether, ...others } = provide(
    runtime,
    'records',
    'kits',
    'secretVersions',
    'kitSecretsTogether',
    'kitReach',
    'notifyOwner',
  );
  const gateways = readingTogether(records); // of all calls that run here at once
  return (event: unknown) =>
    distributeShard({ ...others, gateways, kitSecrets: kitSecretsTogether() }, parseShardStep(event));
});
