import { createHash } from 'node:crypto';
import { authorizer } from '../../lambdas/policy-check/authorizer.ts';
import { forgedToken, goneToken, nobodysToken, oldToken, orders, presenting } from '../policy-check/fixtures.ts';
import { cpuPerCall, interleaved } from './measuring.ts';
import type { Row } from './row.ts';

const rounds = 7;
const callsPerRound = 5_000;

/** What each verdict costs, reads and writes answered from memory. */
export const decisions = async (): Promise<readonly Row[]> => {
  const authorize = authorizer(
    {
      readGateway: async () => orders,
      recordUse: async () => true,
      recordRefusal: async () => false,
      isRegistered: async () => false,
      nowMs: () => 1_000_000,
      count: () => undefined,
    },
    () => undefined,
    false,
  );
  const asks = (token: string) => {
    const asked = presenting(token);
    return () => cpuPerCall(() => authorize(asked), callsPerRound);
  };
  const floor = 'floor: one SHA-256 of a credential';
  const measured = await interleaved(
    {
      [floor]: () => cpuPerCall(() => createHash('sha256').update(oldToken).digest('base64url'), callsPerRound),
      'garbage (refused without a read)': asks(`${oldToken.slice(0, -1)}${oldToken.endsWith('0') ? '1' : '0'}`),
      'unknown credential': asks(nobodysToken),
      'known id, wrong secret': asks(forgedToken),
      'revoked credential': asks(goneToken),
      'live credential': asks(oldToken),
    },
    rounds,
  );
  const base = measured[floor] ?? Number.NaN;
  console.log(
    `\nOne decision of the authorizer, reads and writes answered from memory (median of ${rounds} interleaved rounds)`,
  );
  console.table(
    Object.fromEntries(
      Object.entries(measured).map(([name, us]) => [
        name,
        { 'µs of a processor': us.toFixed(1), 'x floor': (us / base).toFixed(1) },
      ]),
    ),
  );
  return [];
};
