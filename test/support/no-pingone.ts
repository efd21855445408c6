import type { MintAnswer } from '../../lambdas/authorities/authority.ts';
import type { PingOne, Stored } from '../../lambdas/ports.ts';

/** PingOne for tests whose gateways have the builtin authority: asking it at all is the fault. */
export const noPingOne: PingOne = () => {
  throw new Error('PingOne was asked, and is not the authority of any gateway here.');
};

/** What was minted; the builtin authority never lets anybody wait. */
export const storedIn = (answer: MintAnswer): Stored => {
  if (answer.kind !== 'MINTED') throw new Error(`Nothing was minted: the answer was ${answer.kind}.`);
  return answer.stored;
};
