import { styleText } from 'node:util';
import { hasReached, type Rotation } from '../../../lambdas/domain/gateway.ts';
import type { KitVerdict } from '../../../lambdas/domain/kit-verdict.ts';
import { clipped, type Screen } from '../../screen.ts';
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

/** Kits that have not moved first. */
const lateFirst = (kits: Snapshot['kits']): Snapshot['kits'] =>
  kits.toSorted((one, other) => Number(one.verdict.kind === 'UPDATED') - Number(other.verdict.kind === 'UPDATED'));

/** One gateway as lines for a terminal: its credentials, stages, traffic, and so many of its kits, late ones first. */
const linesOf = ({ gateway, kits }: Snapshot, traffic: TrafficCount, kitsAtMost: number): readonly string[] => {
  const { rotation } = gateway;
  const credentials = gateway.live.map((one) => `${one.credentialId} ${one.stage.toLowerCase()}`).join(', ');
  const refused =
    traffic.refused === 0 ? styleText('green', '0 refused') : styleText('red', `${traffic.refused} refused`);
  const shown = lateFirst(kits).slice(0, kitsAtMost);
  const failed = traffic.failed === 0 ? '' : styleText('yellow', `, ${traffic.failed} failed`);
  return [
    `${styleText('bold', gateway.gatewayId)}  ${rotation ? `${rotation.trigger} rotation ${rotation.rotationId}` : 'no rotation runs'}`,
    `  ${bar(rotation, gateway.ended.at(-1)?.outcome.toLowerCase())}`,
    `  accepted: ${credentials || 'none yet'}`,
    `  kit requests: ${traffic.requests}, ${refused}${failed}`,
    ...shown.map(({ kit, verdict }) => `    ${kit.kitId.padEnd(20)} ${kit.kind.padEnd(16)} ${evidenceOf(verdict)}`),
    ...(shown.length < kits.length ? [`    … and ${kits.length - shown.length} more`] : []),
  ];
};

/** Lines of a gateway besides its kits, with the one that says how many are not shown and the empty one after it. */
const besidesKits = 6;

/** All gateways as a picture that fits on the screen: what room is left is shared out among their kits. */
export const pictureOf = (
  gateways: readonly { readonly snapshot: Snapshot; readonly traffic: TrafficCount }[],
  screen: Screen,
): string => {
  const room = screen.rows - 1 - besidesKits * gateways.length;
  const kitsAtMost = Math.max(1, Math.floor(room / Math.max(1, gateways.length)));
  return clipped(
    gateways.flatMap(({ snapshot, traffic }) => [...linesOf(snapshot, traffic, kitsAtMost), '']),
    screen,
  );
};
