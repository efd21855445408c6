import type { By } from '../domain/decision.ts';
import type { Gateway } from '../domain/gateway.ts';
import type { Of } from '../domain/operator-commands.ts';
import type { Dependencies } from '../ports.ts';
import { rotationIdFrom } from '../workflow/shared/derived-id.ts';
import { type OperateResult, resultOf } from './result.ts';

/** Begins the retirement of one live credential; the same request at the same record is the same rotation. */
export const retireOne = async (
  { gateways }: Pick<Dependencies, 'gateways'>,
  { gatewayId, transitionRevision }: Gateway,
  { credentialId }: Of<'retire-credential'>,
  by: By,
): Promise<OperateResult> => {
  const rotationId = rotationIdFrom(`retire-credential ${gatewayId} ${credentialId} ${transitionRevision}`);
  return resultOf(
    gatewayId,
    await gateways.apply(gatewayId, { kind: 'retire-credential', rotationId, credentialId, ...by }),
  );
};
