import { StepFailed, TemporarilyUnavailable } from '../../domain/failure.ts';
import type { GatewayId } from '../../domain/ids.ts';
import { KitCallFailed, type KitCallProblem } from '../../domain/kit-call-failed.ts';
import { secretTag } from '../../domain/secret-tag.ts';
import type { Dependencies } from '../../ports.ts';

/** The time that reading it may take, in ms. */
const readWithinMs = 10_000;

/** What a person has to look at; everything else passes. */
const lasting: Readonly<Partial<Record<KitCallProblem, (gatewayId: GatewayId) => string>>> = {
  NOT_GIVEN: (gatewayId) =>
    `it is not there, or not tagged ${secretTag.key}=${gatewayId}. Correct workerSecret in gateways.json, or give the secret this tag`,
  ACCESS_DENIED: () => 'access is denied. Let the functions read the secret and use its key',
  REQUEST_REFUSED: () => 'Secrets Manager refuses. See whether it is scheduled for deletion, or its key is disabled',
};

/** The text of the secret with the worker application of a gateway. Throws StepFailed and TemporarilyUnavailable. */
export const workerSecretIn =
  ({ kitSecrets }: Pick<Dependencies, 'kitSecrets'>) =>
  async (secretId: string, gatewayId: GatewayId): Promise<string> => {
    try {
      return await kitSecrets({ gatewayId }).readText(secretId, AbortSignal.timeout(readWithinMs));
    } catch (error) {
      if (!(error instanceof KitCallFailed)) throw error;
      const doing = `Reading the worker application of gateway ${gatewayId} from secret ${secretId}`;
      const why = lasting[error.problem]?.(gatewayId);
      if (why) throw new StepFailed(`${doing}: ${why}.`);
      throw new TemporarilyUnavailable(`${doing}: ${error.answer}. It is tried again.`);
    }
  };
