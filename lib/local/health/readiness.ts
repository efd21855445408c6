import { randomInt } from 'node:crypto';
import { composeCredential, randomDigits } from '../../../lambdas/domain/credential.ts';
import type { GatewayId } from '../../../lambdas/domain/ids.ts';
import { newNonce, policyCheckAt } from '../../../lambdas/policy-check/policy-check-client.ts';
import { withinMs } from '../../../lambdas/runtime/time-limit.ts';

/** Whether the policy check does its work; `why` is what a person is told when it does not. */
type Readiness = { readonly isReady: true } | { readonly isReady: false; readonly why: string };

export type ReadinessNeeds = {
  /** Where this machine asks its own policy check. */
  readonly policyCheckUrl: string;
  /** A gateway whose record is read by the probe; one that nobody registered is refused as well. */
  readonly gatewayId: string;
  readonly now: () => number;
};

/** Kits give up after a few seconds: what takes longer is no answer. */
const limitMs = 3_000;
/** Whoever asks more often gets the last answer: everybody on this machine may ask. */
const freshMs = 1_000;

/**
 * Asks the real policy check as a kit does, with a credential of the right form that no gateway has: it listens, reads the
 * record and refuses, or it is not ready. Nothing is recorded by it: a credential that nobody has is no use.
 */
export const readinessOf = ({ policyCheckUrl, gatewayId, now }: ReadinessNeeds): (() => Promise<Readiness>) => {
  const { value } = composeCredential(Array.from({ length: randomDigits }, () => randomInt(62)));
  const policyCheck = policyCheckAt(policyCheckUrl);
  const ask = async (): Promise<Readiness> => {
    try {
      const answer = await withinMs(limitMs, () => policyCheck.ask(gatewayId as GatewayId, value, newNonce()));
      if (answer === 'REFUSED') return { isReady: true };
      return { isReady: false, why: 'The policy check accepts a credential that nobody has.' };
    } catch (error) {
      return { isReady: false, why: error instanceof Error ? error.message : 'The policy check does not answer.' };
    }
  };
  let last: { readonly atMs: number; readonly answer: Promise<Readiness> } | undefined;
  return () => {
    const atMs = now();
    if (!last || atMs - last.atMs >= freshMs) last = { atMs, answer: ask() };
    return last.answer;
  };
};
