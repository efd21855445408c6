import { deciderOf, toldWithinMs } from '../domain/authority.ts';
import { type Gateway, type Press, propagationBoundMs } from '../domain/gateway.ts';
import type { CredentialId, GatewayId, RotationId } from '../domain/ids.ts';

/** What a press did. Times are ISO texts; the same request is answered the same again. */
export type PressAnswer = {
  /** `UNCHANGED`: everything that was asked for was so already. */
  readonly result: 'DONE' | 'UNCHANGED';
  readonly gatewayId: GatewayId;
  readonly requestId: string;
  /** The run that replaces the credentials. */
  readonly rotationId: RotationId;
  readonly credentialIds: readonly CredentialId[];
  readonly pressedAt: string;
  /** From when the policy check refuses all of them, or PingOne is told to; and by when that is so everywhere, or it was told. */
  readonly rejectAfter: string;
  readonly refusedEverywhereAt: string;
  readonly propagationBoundSeconds: number;
  /** The rotation that this ended, and its credential that the new run goes on with. */
  readonly preempted?: RotationId;
  readonly adopted?: CredentialId;
  /** Live, and not refused: this system neither made nor adopted them. */
  readonly notOurs: readonly { readonly credentialId: CredentialId; readonly deleteAt: string }[];
  /** Live, ours and not refused: a press has to name them. */
  readonly spared: readonly CredentialId[];
  readonly message: string;
};

/** Where a credential that this system may not revoke is deleted. */
const deleteAt = (credentialId: CredentialId): string =>
  `where it was made; at PingOne: DELETE /environments/{environment}/gateways/{gateway}/credentials/${credentialId}, or Revoke on the page of the gateway`;

/** The answer to a press, from the record alone. */
export const answerTo = (gateway: Gateway, press: Press): PressAnswer => {
  const boundMs = gateway.authority ? toldWithinMs : propagationBoundMs(gateway, press.atMs);
  const facts = {
    rejectAfter: new Date(press.rejectAfterMs).toISOString(),
    refusedEverywhereAt: new Date(press.rejectAfterMs + boundMs).toISOString(),
    propagationBoundSeconds: boundMs / 1000,
    notOurs: gateway.live
      .filter(({ origin }) => origin.kind === 'foreign')
      .map(({ credentialId }) => ({ credentialId, deleteAt: deleteAt(credentialId) })),
    spared: press.spared ?? [],
  };
  return {
    result: press.changedNothing ? 'UNCHANGED' : 'DONE',
    gatewayId: gateway.gatewayId,
    requestId: press.requestId,
    rotationId: press.rotationId,
    credentialIds: press.credentialIds,
    pressedAt: new Date(press.atMs).toISOString(),
    ...facts,
    ...(press.preempted ? { preempted: press.preempted } : {}),
    ...(press.adopted ? { adopted: press.adopted } : {}),
    message: messageOf(gateway, press, facts),
  };
};

type Facts = Pick<
  PressAnswer,
  'rejectAfter' | 'refusedEverywhereAt' | 'propagationBoundSeconds' | 'notOurs' | 'spared'
>;

const messageOf = (gateway: Gateway, press: Press, facts: Facts): string => {
  const { gatewayId } = gateway;
  return [
    ...(press.changedNothing ? ['This press has changed nothing: what it asks for was so already.'] : []),
    press.credentialIds.length > 0
      ? endOf(gateway, press, facts)
      : `Gateway ${gatewayId} has no live credential left that rotation ${press.rotationId} did not make itself.`,
    'Requests in flight at that moment may fail.',
    ...(press.preempted ? [`Rotation ${press.preempted} was ended.`] : []),
    press.adopted
      ? `Rotation ${press.rotationId} gives ${press.adopted}, which is not compromised, to every kit that does not have it.`
      : `Rotation ${press.rotationId} gives a new credential to every kit.`,
    ...(press.leavesNone
      ? [
          `No credential of the gateway stays: until rotation ${press.rotationId} has made a new one, every kit is refused from then on. If it cannot be made, the alarm SuccessorMissing says so.`,
        ]
      : []),
    'A kit that does not have it by then is cut off, and its owner is paged.',
    `Once ${deciderOf(gateway)} was seen to refuse them, the record has an entry "confirm" for each; before that nothing is called revoked.`,
    ...facts.spared.map(
      (credentialId) =>
        `NOT refused is ${credentialId}. If that leaked as well, press again and name it (--credential ${credentialId}, "credentialIds": ["${credentialId}"]).`,
    ),
    ...facts.notOurs.map(
      ({ credentialId, deleteAt }) =>
        `NOT refused is ${credentialId}: it was never adopted. Delete it ${deleteAt}; or adopt it, and press again.`,
    ),
  ].join(' ');
};

/** When they end, and what that rests on. */
const endOf = (
  gateway: Gateway,
  { credentialIds }: Press,
  { rejectAfter, refusedEverywhereAt, propagationBoundSeconds }: Facts,
): string =>
  gateway.authority
    ? `PingOne is told at ${rejectAfter} to refuse ${credentialIds.join(', ')} of gateway ${gateway.gatewayId}: it has no clock of its own for that, so the workflow tells it, or the reconciler by ${refusedEverywhereAt}. How soon it then acts, PingOne does not say.`
    : `Gateway ${gateway.gatewayId} refuses ${credentialIds.join(', ')} from ${rejectAfter} on, and everywhere from ${refusedEverywhereAt} on (propagation bound ${propagationBoundSeconds} s).`;
