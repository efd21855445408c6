import { isGatewayId, isKitId } from '../../lambdas/domain/ids.ts';
import type { Kit } from '../../lambdas/domain/kit.ts';
import { RegistryRefused, readRegistry } from '../../lambdas/registry/read-registry.ts';
import { type KitTest, testKit } from '../../lambdas/workflow/shared/test-kit.ts';
import { readText } from './apply-registry.ts';
import type { At, Result } from './command.ts';
import { CommandFailed } from './failure.ts';
import { ownAccess } from './own-access.ts';
import { testRegistered } from './start-rotation.ts';
import { plain } from './terminal.ts';

/** Asks a registered kit through the workflow, or one that is only written down from here; and says who has asked. */
export const testOne = async (at: At, gatewayId: string, kitId: string, file: string | undefined): Promise<Result> => {
  if (file === undefined)
    return resultOf(
      await testRegistered(at, gatewayId, kitId),
      'It was asked by this system, as a rotation would ask it.',
    );
  const kit = kitIn(file, gatewayId, kitId);
  return resultOf(
    await testKit(kit, undefined, ownAccess(at.connection, kit)),
    'It was asked from here, with your own rights. Once it is applied, the same command without --file asks with those of this system.',
  );
};

const kitIn = (file: string, gatewayId: string, kitId: string): Kit => {
  const gateway = registryIn(file).find((one) => one.gatewayId === gatewayId);
  const kit = gateway?.kits.find((one) => one.kitId === kitId);
  if (!kit || !isGatewayId(gatewayId) || !isKitId(kitId)) {
    const has = gateway ? gateway.kits.map((one) => one.kitId).join(', ') || 'no kits' : 'no such gateway';
    throw new CommandFailed('usage', `${file} has no kit ${kitId} of gateway ${gatewayId}; it has ${has}.`);
  }
  const { nodes: _, ...wanted } = kit;
  return { ...wanted, gatewayId, kitId, registeredAtMs: Date.now() };
};

const registryIn = (file: string): ReturnType<typeof readRegistry>['gateways'] => {
  try {
    return readRegistry(readText(file)).gateways;
  } catch (error) {
    throw error instanceof RegistryRefused ? new CommandFailed('usage', error.message, { cause: error }) : error;
  }
};

const resultOf = (test: KitTest, askedBy: string): Result => {
  const head = `Kit ${test.kitId} (${test.kind})`;
  if (test.result === 'FAILED')
    return {
      json: test,
      text: [`${head} cannot be given a credential as it is:`, `  ${test.message}`, askedBy].map(plain).join('\n'),
      isFailed: true,
    };
  const lines = (title: string, texts: readonly string[]): readonly string[] =>
    texts.length === 0 ? [] : [`${title}:`, ...texts.map((text) => `  ${text}`)];
  return {
    json: test,
    text: [
      `${head} can be given a credential, as far as that is seen without a change. Nothing was changed.`,
      ...lines('Seen', test.seen),
      ...lines('A rotation would', test.would),
      ...lines('Not seen', test.notShown),
      askedBy,
    ]
      .map(plain)
      .join('\n'),
  };
};
