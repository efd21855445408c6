import type { ConsoleServer } from './console/server.ts';
import type { Deployment } from './deployment.ts';
import type { MovedMark } from './move/moved-mark.ts';
import { printReady } from './printing.ts';
import { aborted } from './stopping.ts';

/** A machine whose gateways were moved: what was accepted still is, until its kits ask elsewhere; nothing is applied, and nothing rotates. Resolves with the exit code. */
export const onlyAccept = async (
  { to }: MovedMark,
  deployment: Deployment,
  page: ConsoleServer,
  { startedAtMs, isAsked, stopping }: { startedAtMs: number; isAsked: boolean; stopping: AbortSignal },
): Promise<number> => {
  if (isAsked) {
    console.error(`NOT rotated: the gateways of this machine were moved to ${to}. Rotate them there.`);
    return 1;
  }
  await deployment.cloud.startSchedules();
  printReady(deployment, page, startedAtMs);
  console.log(
    `The gateways of this machine were moved to ${to}: here their credentials are accepted, and nothing rotates.`,
  );
  console.log('Everything stays up until Ctrl-C. Stop it when no kit asks here any more.');
  await aborted(stopping);
  return 0;
};
