/**
 * Secrets Manager takes 50 writes of values a second from an account (AWS: "AWS Secrets Manager quotas", PutSecretValue and
 * UpdateSecret). A rotation takes 20 of them, spread over its calls, and leaves the rest to the others of the account.
 */
export const secretWritesASecond = { ofRotation: 20, ofAccount: 50 } as const;

/** When the next one may begin, and when the one after it, so that no more than `perSecond` begin in a second; in epoch ms. */
export const turnIn = (
  nextFromMs: number,
  nowMs: number,
  perSecond: number,
): { readonly fromMs: number; readonly nextFromMs: number } => {
  const fromMs = Math.max(nowMs, nextFromMs);
  return { fromMs, nextFromMs: fromMs + 1000 / perSecond };
};
