/**
 * How long a `Retry-After` header wants to be waited for (RFC 9110 10.2.3: whole seconds, or an HTTP date that is read from
 * `atMs` on); `undefined` without one, or for a text that is neither.
 */
export const retryAfterMsIn = (text: string | null, atMs: number): number | undefined => {
  if (text === null) return undefined;
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const dueAtMs = Date.parse(text);
  return Number.isFinite(dueAtMs) ? Math.max(0, dueAtMs - atMs) : undefined;
};
