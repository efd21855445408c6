import { isGatewayId, isKitId } from '../../lambdas/domain/ids.ts';
import type { Kit } from '../../lambdas/domain/kit.ts';
import type { Policy } from '../../lambdas/domain/policy.ts';
import { type KitTest, testKit } from '../../lambdas/workflow/shared/test-kit.ts';
import { readWhole } from './apply-registry.ts';
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
  const { kit, policy } = kitIn(file, gatewayId, kitId);
  return resultOf(
    await testKit(kit, { policy }, ownAccess(at.connection, kit)),
    'It was asked from here, with your own rights. Once it is applied, the same command without --file asks with those of this system.',
  );
};

const kitIn = (file: string, gatewayId: string, kitId: string): { readonly kit: Kit; readonly policy: Policy } => {
  const gateway = readWhole(file).registry.gateways.find((one) => one.gatewayId === gatewayId);
  const kit = gateway?.kits.find((one) => one.kitId === kitId);
  if (!gateway || !kit || !isGatewayId(gatewayId) || !isKitId(kitId)) {
    const has = gateway ? gateway.kits.map((one) => one.kitId).join(', ') || 'no kits' : 'no such gateway';
    throw new CommandFailed('usage', `${file} has no kit ${kitId} of gateway ${gatewayId}; it has ${has}.`);
  }
  const { nodes: _, ...wanted } = kit;
  return { kit: { ...wanted, gatewayId, kitId, registeredAtMs: Date.now() }, policy: gateway.policy };
};

const resultOf = (test: KitTest, askedBy: string): Result => {
  const head = `Kit ${test.kitId} (${test.kind})`;
  const lines = (title: string, texts: readonly string[]): readonly string[] =>
    texts.length === 0 ? [] : [`${title}:`, ...texts.map((text) => `  ${text}`)];
  const keys = lines(
    'Reached with',
    test.ownKeys.map(({ text }) => text),
  );
  if (test.result === 'FAILED')
    return {
      document: 'kit-test',
      json: test,
      text: [`${head} cannot be given a credential as it is:`, `  ${test.message}`, ...keys, askedBy]
        .map(plain)
        .join('\n'),
      isFailed: true,
    };
  return {
    document: 'kit-test',
    json: test,
    text: [
      `${head} can be given a credential, as far as that is seen without a change. Nothing was changed.`,
      ...lines('Seen', test.seen),
      ...lines('A rotation would', test.would),
      ...lines('Not seen', test.notShown),
      ...keys,
      askedBy,
    ]
      .map(plain)
      .join('\n'),
  };
};
