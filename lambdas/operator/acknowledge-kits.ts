import type * as z from 'zod';
import type { By } from '../domain/decision.ts';
import { InputRefused } from '../domain/failure.ts';
import type { Gateway } from '../domain/gateway.ts';
import type { GatewayId, KitId } from '../domain/ids.ts';
import { inWords, problemsText } from '../domain/in-words.ts';
import type { ClockAndLog, Dependencies } from '../ports.ts';
import { acknowledgedAtOnce, acknowledgeKitsInput } from './acknowledge-input.ts';
import { acknowledgeKit } from './kit-decisions.ts';

export type AcknowledgeKits = z.output<typeof acknowledgeKitsInput>;

/** What became of each kit, in the order in which they were named. */
export type KitsAcknowledged = {
  readonly gatewayId: GatewayId;
  readonly kits: readonly {
    readonly kitId: KitId;
    readonly result: 'DONE' | 'UNCHANGED' | 'REFUSED';
    readonly code?: string;
    readonly message?: string;
  }[];
};

/** Reads the command, or `undefined` when it is another one. Throws {@link InputRefused} with what is wrong and what is allowed. */
export const readAcknowledgeKits = (given: unknown): AcknowledgeKits | undefined => {
  if (Object(given).command !== 'acknowledge-kits') return undefined;
  const parsed = acknowledgeKitsInput.safeParse(given, inWords);
  if (parsed.success) return parsed.data;
  throw new InputRefused(
    `The command was refused: ${problemsText(parsed.error)} Allowed are gatewayId, kitIds (1 to ${acknowledgedAtOnce}), credentialId and reason.`,
  );
};

/** Records for each of the kits that this very credential is installed in it; a refused one stops none of the others. */
export const acknowledgeKits = async (
  needs: Pick<Dependencies, 'gateways' | 'kits'> & ClockAndLog,
  { gatewayId, kitIds, credentialId }: Pick<AcknowledgeKits, 'gatewayId' | 'kitIds' | 'credentialId'>,
  by: By,
): Promise<KitsAcknowledged> => {
  const kits: KitsAcknowledged['kits'][number][] = [];
  for (const kitId of kitIds) {
    const command = { command: 'acknowledge-kit', gatewayId, kitId, credentialId, reason: by.reason } as const;
    const outcome = await acknowledgeKit(needs, await registered(needs, gatewayId), command, by);
    kits.push({
      ...{ kitId, result: outcome.result },
      ...(outcome.result === 'REFUSED' ? { code: outcome.code, message: outcome.message } : {}),
    });
  }
  return { gatewayId, kits };
};

/** As it is now. Throws {@link InputRefused}. */
export const registered = async (
  { gateways }: Pick<Dependencies, 'gateways'>,
  gatewayId: GatewayId,
): Promise<Gateway> => {
  const gateway = await gateways.read(gatewayId);
  if (!gateway) throw new InputRefused(`Gateway ${gatewayId} is not registered.`);
  return gateway;
};
