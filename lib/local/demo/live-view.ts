import { styleText } from 'node:util';
import { hasReached, type Rotation } from '../../../lambdas/domain/gateway.ts';
import type { KitVerdict } from '../../../lambdas/domain/kit-verdict.ts';
import type { Snapshot } from '../snapshot.ts';
import type { TrafficCount } from './traffic-count.ts';

/** The mission's stages, and how far a rotation has come in them. */
const bar = (rotation: Rotation | undefined, ended: string | undefined): string => {
  const done = (stage: Rotation['stage']): boolean => rotation === undefined || hasReached(rotation, stage);
  const stages = [
    ['create', done('PROMOTED')],
    ['distribute', done('DISTRIBUTED')],
    ['verify', done('VERIFIED')],
    ['revoke', rotation === undefined],
  ] as const;
  const current = stages.find(([, isDone]) => !isDone)?.[0];
  const text = stages
    .map(([name, isDone]) =>
      isDone
        ? styleText('green', `✔ ${name}`)
        : name === current
          ? styleText('yellow', `▶ ${name}`)
          : styleText('dim', `  ${name}`),
    )
    .join('  ');
  return rotation ? text : `${text}  ${ended ?? ''}`;
};

const evidenceOf = (verdict: KitVerdict): string =>
  verdict.kind === 'UPDATED'
    ? styleText('green', `✔ ${verdict.evidence.kind}`)
    : styleText('yellow', `… ${verdict.code.toLowerCase().replaceAll('_', ' ')}`);

/** One gateway as lines for a terminal: its credentials, stages, traffic and kits. */
export const linesOf = ({ gateway, kits }: Snapshot, traffic: TrafficCount): readonly string[] => {
  const { rotation } = gateway;
  const credentials = gateway.live.map((one) => `${one.credentialId} ${one.stage.toLowerCase()}`).join(', ');
  const refused =
    traffic.refused === 0 ? styleText('green', '0 refused') : styleText('red', `${traffic.refused} refused`);
  const failed = traffic.failed === 0 ? '' : styleText('yellow', `, ${traffic.failed} failed`);
  return [
    `${styleText('bold', gateway.gatewayId)}  ${rotation ? `${rotation.trigger} rotation ${rotation.rotationId}` : 'no rotation runs'}`,
    `  ${bar(rotation, gateway.ended.at(-1)?.outcome.toLowerCase())}`,
    `  accepted: ${credentials || 'none yet'}`,
    `  kit requests: ${traffic.requests}, ${refused}${failed}`,
    ...kits.map(({ kit, verdict }) => `    ${kit.kitId.padEnd(20)} ${kit.kind.padEnd(16)} ${evidenceOf(verdict)}`),
  ];
};
