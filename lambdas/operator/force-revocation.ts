import { hashOfCutOff } from '../domain/cut-off.ts';
import type { By } from '../domain/decision.ts';
import type { Gateway } from '../domain/gateway.ts';
import type { Of } from '../domain/operator-commands.ts';
import { transition } from '../domain/transition.ts';
import type { ClockAndLog, Dependencies } from '../ports.ts';
import { collectEvidence } from '../workflow/shared/collect-evidence.ts';
import {
  type Confirmation,
  notRunning,
  type OperateResult,
  refused,
  resultOf,
  strangersIn,
  unchanged,
} from './result.ts';

type Needs = Pick<Dependencies, 'gateways' | 'kits' | 'uses' | 'proofs'> & ClockAndLog;

/**
 * Takes it on a named person to cut off the kits that did not move. He repeats how many they are and the hash of their
 * list; without them, or when the list has changed since, it is refused and says the right ones. The list itself is kept
 * first: the revocation looks whether it covers everybody who is cut off then.
 */
export const forceRevocation = async (
  needs: Needs,
  gateway: Gateway,
  command: Of<'force'>,
  by: By,
): Promise<OperateResult> => {
  const { rotation, gatewayId } = gateway;
  if (!rotation) return notRunning(gateway);
  const forceWith = ({ kits, kitsHash }: Pick<Confirmation, 'kits' | 'kitsHash'>) =>
    ({ kind: 'force', rotationId: rotation.rotationId, kits, kitsHash, ...by }) as const;
  const allowed = transition(gateway, forceWith({ kits: 0, kitsHash: '' }), needs.now());
  if (allowed.kind === 'refused') return refused(gateway, allowed.code, allowed.message);
  if (allowed.kind === 'unchanged') return unchanged(gateway);
  const { covered, ...confirm } = await confirmationFor(needs, gateway, rotation);
  if (command.kits !== confirm.kits || command.kitsHash !== confirm.kitsHash)
    return { ...refused(gateway, 'CONFIRMATION_MISMATCH', mismatch(command, confirm)), confirm };
  await needs.proofs.keepCovered(gatewayId, rotation.rotationId, confirm.kitsHash, covered);
  return resultOf(gatewayId, await needs.gateways.apply(gatewayId, forceWith(confirm)));
};

/** Who is cut off, read now. The hash is over everybody, sources that are no registered kit too, not only over those that are named. */
export const confirmationFor = async (
  needs: Parameters<typeof collectEvidence>[0],
  gateway: Gateway,
  rotation: NonNullable<Gateway['rotation']>,
): Promise<Confirmation & { readonly covered: readonly string[] }> => {
  if (rotation.retireIds.length === 0)
    return { kits: 0, kitsHash: hashOfCutOff([]), named: [], unregistered: [], covered: [] }; // nothing dies
  const covered: string[] = [];
  const { summary } = await collectEvidence(needs, gateway, rotation, {
    onCutOff: (list) => {
      for (const one of list) covered.push(one);
    },
  });
  const { laggards: kits, named, unregistered, moreUnregistered } = summary;
  const more = moreUnregistered === undefined ? {} : { moreUnregistered };
  return { kits, kitsHash: hashOfCutOff(covered), named, unregistered, ...more, covered };
};

const mismatch = ({ kits, kitsHash }: Of<'force'>, confirm: Confirmation): string =>
  [
    kits === undefined && kitsHash === undefined
      ? 'Nothing was done: forcing must repeat which kits it cuts off.'
      : `Nothing was done: given were kits ${kits ?? 'none'} and kitsHash ${kitsHash ?? 'none'}, which is not what there is now.`,
    `Cut off would be ${confirm.kits} kits${confirm.kits > 0 ? `: ${confirm.named.map(({ kitId, owner, code }) => `${kitId} (${owner}, ${code})`).join(', ')}${confirm.kits > confirm.named.length ? ' and others' : ''}` : ''}.`,
    ...(confirm.unregistered.length > 0
      ? [`And ${strangersIn(confirm)} sources that are no registered kit: ${addresses(confirm)}.`]
      : []),
    `To go on, give "kits": ${confirm.kits}, "kitsHash": "${confirm.kitsHash}".`,
  ].join(' ');

const addresses = ({ unregistered, moreUnregistered = 0 }: Confirmation): string =>
  `${unregistered.map(({ address }) => address).join(', ')}${moreUnregistered > 0 ? ` and ${moreUnregistered} more` : ''}`;
