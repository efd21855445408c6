/** A token bucket, as API Gateway throttles a stage: `burst` at once, refilled by `requestsPerSecond`; says whether one may pass. */
export const throttle = (
  { requestsPerSecond, burst }: { readonly requestsPerSecond: number; readonly burst: number },
  nowMs: () => number,
): (() => boolean) => {
  let tokens = burst;
  let filledAtMs = nowMs();
  return () => {
    const atMs = nowMs();
    tokens = Math.min(burst, tokens + (Math.max(0, atMs - filledAtMs) / 1000) * requestsPerSecond);
    filledAtMs = atMs;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
};
