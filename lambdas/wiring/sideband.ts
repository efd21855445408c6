import type { SidebandPorts } from '../policy-check/sideband.ts';
import type { Runtime } from '../runtime/host.ts';
import { countMetric } from '../runtime/log.ts';

/**
 * What the sideband asks of the world. What forwards is loaded by the first request that is forwarded, with its SDK client:
 * where the credential is only checked, an instance starts without it.
 */
export const sidebandPorts = (runtime: Runtime): SidebandPorts => {
  const { log } = runtime;
  let forwarding: Promise<SidebandPorts['forward']> | undefined;
  return {
    report: log,
    count: (metric, gatewayId) => countMetric(log, metric, { gatewayId }),
    forward: async (target, leg) => {
      forwarding ??= import('./forward.ts').then(({ forwardingIn }) => forwardingIn(runtime));
      return (await forwarding)(target, leg);
    },
  };
};
