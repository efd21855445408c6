import { describe, expect, it } from 'vitest';
import { contradictions, defaultPolicy, worstCaseOverlapSeconds } from '../../lambdas/domain/policy.ts';

describe('a policy', () => {
  it('is kept by the defaults', () => expect(contradictions(defaultPolicy, [], true)).toEqual([]));
  it('refuses a quiet window shorter than the propagation time of a kit, with both numbers', () => {
    const said = contradictions(defaultPolicy, [{ kitId: 'slow', propagationSeconds: 901 }], true);
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(/900.*"slow".*901/);
  });
  it('allows a quiet window as long as the propagation time', () =>
    expect(contradictions(defaultPolicy, [{ kitId: 'slow', propagationSeconds: 900 }], true)).toEqual([]));
  it('refuses a quiet window shorter than twice the recording interval, with the numbers', () => {
    const said = contradictions({ ...defaultPolicy, useRecordingSeconds: 451 }, [], true);
    expect(said.join()).toMatch(/900.*451.*902/);
  });
  it('lets the recording interval be where kits do not call our policy check, and keeps every other limit', () => {
    const often = { ...defaultPolicy, useRecordingSeconds: 451 };
    expect(contradictions(often, [], false)).toEqual([]);
    expect(contradictions({ ...often, quietWindowSeconds: 59 }, [], false).join()).toMatch(/59.*60/);
    expect(contradictions(often, [{ kitId: 'slow', propagationSeconds: 901 }], false).join()).toMatch(/900.*901/);
  });
  it('refuses a quiet window shorter than the longest request and the propagation bound together', () => {
    const said = contradictions({ ...defaultPolicy, longestRequestSeconds: 601, serveStaleSeconds: 300 }, [], true);
    expect(said.join()).toMatch(/900.*901/);
  });
  it('refuses an escalation whose times go down', () => {
    const said = contradictions({ ...defaultPolicy, remindAfterSeconds: 2, escalateAfterSeconds: 1 }, [], true);
    expect(said.join()).toMatch(/remindAfterSeconds 2, escalateAfterSeconds 1/);
  });
  it('adds every time that may follow the deadline to the worst-case overlap', () =>
    expect(worstCaseOverlapSeconds({ ...defaultPolicy, serveStaleSeconds: 5 })).toBe(604_800 + 60 + 900 + 5));
});
