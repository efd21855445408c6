import type { OpenPages } from '../console/open-pages.ts';
import type { Counts } from './counts.ts';
import { diskUseOf } from './disk-use.ts';
import { metricsText, openMetricsType } from './metrics-text.ts';
import { type ReadinessNeeds, readinessOf } from './readiness.ts';

export type HealthNeeds = ReadinessNeeds & {
  readonly counts: Counts;
  /** `undefined` where nothing is kept. */
  readonly dataFolder: string | undefined;
};

/** The two pages for programs that watch this machine: whether it is ready (503 with the reason when it is not), and its metrics. No secret is in them. */
export const healthPages = ({ counts, dataFolder, ...needs }: HealthNeeds): OpenPages => {
  const readiness = readinessOf(needs);
  return {
    '/healthz': async () => {
      const state = await readiness();
      const said = state.isReady ? { status: 'ready' } : { status: 'not ready', why: state.why };
      return {
        status: state.isReady ? 200 : 503,
        contentType: 'application/json',
        body: `${JSON.stringify(said)}\n`,
      };
    },
    '/metrics': async () => {
      const { isReady } = await readiness();
      const diskUse = dataFolder === undefined ? undefined : await diskUseOf(dataFolder);
      return { status: 200, contentType: openMetricsType, body: await metricsText({ counts, diskUse, isReady }) };
    },
  };
};
