import type { Kit } from '../domain/kit.ts';
import { KitCallFailed, type KitCallProblem } from '../domain/kit-call-failed.ts';
import { secretTag, tagOfKit } from '../domain/secret-tag.ts';
import { KitMisconfigured, KitRefused, KitUnreachable, type Said } from './kit-errors.ts';

const tryAgain = 'It is tried again.';

/** What each problem with a kit's secret is thrown as. */
const problems: Readonly<Record<KitCallProblem, (said: Omit<Said, 'todo'>, kit: Kit) => Error>> = {
  NOT_GIVEN: ({ doing }, kit) =>
    new KitMisconfigured('SECRET_NOT_GIVEN', {
      doing,
      kit,
      answer: `not there, or not tagged ${secretTag.key}=${tagOfKit(kit)}`,
      todo: `Correct its name in the settings, or have its owner give it this tag; of ${kit.gatewayId} alone it lets in all kits of the gateway.`,
    }),
  CHANGED_MEANWHILE: (said) => new KitUnreachable('NOT_STORED', { ...said, todo: tryAgain }),
  TIMEOUT: (said) => new KitUnreachable('TIMEOUT', { ...said, todo: tryAgain }),
  RATE_LIMITED: (said) => new KitUnreachable('RATE_LIMITED', { ...said, todo: tryAgain }),
  NO_CONNECTION: (said) => new KitUnreachable('NO_CONNECTION', { ...said, todo: tryAgain }),
  SERVER_ERROR: (said) => new KitUnreachable('SERVER_ERROR', { ...said, todo: tryAgain }),
  ACCESS_DENIED: (said) =>
    new KitRefused('ACCESS_DENIED', {
      ...said,
      todo: "Allow the function to read and write the secret and to use its key (the secret's resource policy, the key policy).",
    }),
  REQUEST_REFUSED: (said) =>
    new KitRefused('REQUEST_REFUSED', {
      ...said,
      todo: 'Check that the secret is not scheduled for deletion and its key is enabled.',
    }),
};

/** The answer of a call about a kit's secret, or one of the kit errors. */
export const callForSecret = async <Output>(call: Promise<Output>, doing: string, kit: Kit): Promise<Output> => {
  try {
    return await call;
  } catch (error) {
    if (error instanceof KitCallFailed) throw problems[error.problem]({ doing, kit, answer: error.answer }, kit);
    throw error;
  }
};
