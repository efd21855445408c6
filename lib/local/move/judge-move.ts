import { counted } from '../../../lambdas/console/view/labels.ts';
import type { Gateway } from '../../../lambdas/domain/gateway.ts';
import type { Kit } from '../../../lambdas/domain/kit.ts';
import { hostOf, isLocal } from '../../../lambdas/domain/kit-hosts.ts';
import { destinationsOf } from '../../../lambdas/kits/kinds.ts';
import { accountId } from '../../emulator/account.ts';
import type { MovingGateway } from './what-moves.ts';

/** What becomes of one gateway: it is moved, it is there already by an earlier try, there is nothing to move, or nothing may be. */
export type Judged = {
  readonly moving: MovingGateway;
  readonly verdict: 'MOVE' | 'THERE' | 'NOTHING' | 'REFUSED';
  readonly why: string;
  /** What does not come along and has to be seen to, in sentences. */
  readonly left: readonly string[];
};

/** Whether the gateway there is this one, moved by an earlier try that did not come to its end: the same history, gone on. */
const isSame = (here: Gateway, there: Gateway): boolean =>
  there.revision > here.revision &&
  here.live.every(({ credentialId, digest }) =>
    there.live.some((one) => one.credentialId === credentialId && one.digest === digest),
  );

const leftOfKit = (kit: Kit): readonly string[] => {
  const { urls, secrets, parameters = [], files = [] } = destinationsOf(kit);
  const localHosts = urls.map(hostOf).filter((host) => host !== undefined && isLocal(host));
  const own = [...secrets, ...parameters];
  const ofHere = own.some((name) => name.includes(`:${accountId}:`));
  return [
    ...(localHosts.length > 0 ? [`it is reached at ${localHosts.join(', ')}, which is this machine alone`] : []),
    ...(files.length > 0 ? ['it is a file of this machine, which AWS cannot write'] : []),
    ...(own.length > 0
      ? [
          `what it is reached with has to be made there, with its tag: ${own.join(', ')}${ofHere ? ', and named by an ARN of that account' : ''}`,
        ]
      : []),
  ].map((what) => `kit ${kit.kitId}: ${what}`);
};

/** Judges one gateway; `resumes` says that an earlier try has moved gateways there already. */
export const judgeMove = (moving: MovingGateway, there: Gateway | undefined, resumes: boolean): Judged => {
  const { gateway, kits, versions, isRotating } = moving;
  const inUse = kits.filter((kit) => kit.retiredAtMs === undefined);
  const judged = (verdict: Judged['verdict'], why: string): Judged => ({
    moving,
    verdict,
    why,
    left: verdict === 'MOVE' ? inUse.flatMap(leftOfKit) : [],
  });
  if (there && resumes && isSame(gateway, there)) return judged('THERE', 'it was moved by an earlier try');
  if (there) return judged('REFUSED', 'the other deployment has a gateway of this name already');
  if (gateway.rotation || isRotating)
    return judged('REFUSED', 'a rotation runs: wait for its end (status), and move then');
  if (gateway.mint) return judged('REFUSED', 'a credential may be being made at PingOne: wait until that is settled');
  if (gateway.live.length === 0) return judged('NOTHING', 'it has no credential: apply gateways.json there');
  const lost = gateway.live.filter(
    ({ versionId, digest }) => digest !== undefined && !versions.some((version) => version.versionId === versionId),
  );
  if (lost.length > 0)
    return judged(
      'REFUSED',
      `the values of ${lost.map(({ credentialId }) => credentialId).join(', ')} are kept nowhere: rotate it here first`,
    );
  return judged(
    'MOVE',
    `${gateway.live.length} accepted, ${counted(inUse.length, 'kit')}, ${gateway.revision} entries of history`,
  );
};
