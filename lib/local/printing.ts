import type { BusEvent } from '../emulator/eventbridge/eventbridge.ts';
import type { ConsoleServer } from './console/server.ts';
import type { Deployment } from './deployment.ts';

/** Prints a line for each transition, where no picture moves. */
export const printEvent = ({ atMs, detail }: BusEvent): void => {
  if (process.stdout.isTTY || !('gatewayId' in detail && 'kind' in detail)) return;
  const rotation = 'rotationId' in detail ? ` ${String(detail.rotationId)}` : '';
  console.log(`${new Date(atMs).toISOString()} ${String(detail.gatewayId)} ${String(detail.kind)}${rotation}`);
};

/** Prints where everything is. */
export const printReady = ({ policyCheckUrl, cloud }: Deployment, page: ConsoleServer, startedAtMs: number): void => {
  const seconds = ((Date.now() - startedAtMs) / 1000).toFixed(1);
  console.log(`Ready in ${seconds} s. Policy check ${policyCheckUrl}, AWS endpoint ${cloud.endpointUrl}`);
  console.log(`For the AWS CLI: export AWS_SHARED_CREDENTIALS_FILE=${cloud.credentialsFile()}`);
  // The link lets in whoever has it: it is shown to a person, and never to a log.
  const shown = process.stdout.isTTY ? `${page.link()} (for one browser, once; the next link` : `${page.url} (its link`;
  console.log(`Console ${shown} is in ${page.linkFile})`);
};
