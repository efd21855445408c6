import { type DeadlineAct, deadlineTexts } from '../domain/deadline.ts';
import type { OwnerMessage, RevertedUse } from '../domain/kit.ts';
import { type LaggardCode, laggards } from '../domain/kit-verdict.ts';

/** A kit that is late, and what its owner has to know of the rotation. Times are epoch ms. */
export type LateKit = {
  readonly gatewayId: string;
  readonly kitId: string;
  readonly owner: string;
  readonly code: LaggardCode;
  /** Source addresses that still present an old credential. */
  readonly addresses: readonly string[];
  /** Why it could not be given the credential, and what is next. */
  readonly failure?: string;
  /** The credential that it should use. */
  readonly credentialId: string;
  readonly rotationId: string;
  readonly deadlineAtMs: number;
};

const iso = (atMs: number): string => new Date(atMs).toISOString();

/** What its owner can do about a late kit, by the reason. */
const todo = ({ code, addresses, failure, kitId, gatewayId, credentialId }: LateKit): string => {
  const { means, todo, mayAcknowledge } = laggards[code];
  const where = addresses.join(', ');
  const details: Readonly<Partial<Record<LaggardCode, string>>> = {
    STILL_ON_PREDECESSOR: `The other one comes from ${where || 'some of its nodes'}.`,
    ...(failure ? { DISTRIBUTION_FAILED: failure } : {}),
    ...(where ? { SEEN_ON_BOTH: `That is ${where}.` } : {}),
  };
  return [
    means,
    details[code],
    todo,
    mayAcknowledge ? `To acknowledge: kit ${kitId} of gateway ${gatewayId}, credential ${credentialId}.` : undefined,
  ]
    .filter((sentence) => sentence !== undefined)
    .join(' ');
};

const message = (
  kit: LateKit,
  severity: NonNullable<OwnerMessage['severity']>,
  subject: string,
  lines: readonly string[],
): OwnerMessage => ({
  severity,
  owner: kit.owner,
  gatewayId: kit.gatewayId,
  kitId: kit.kitId,
  credentialId: kit.credentialId,
  subject,
  text: [...lines, '', `Rotation ${kit.rotationId}.`].join('\n'),
});

const isLate = ({ kitId, gatewayId, credentialId }: LateKit): string =>
  `Kit ${kitId} of gateway ${gatewayId} does not use the new credential ${credentialId} yet.`;

/** The first level of the escalation. */
export const reminder = (kit: LateKit, act: DeadlineAct['kind']): OwnerMessage =>
  message(kit, 'reminder', `Reminder: kit ${kit.kitId} is late`, [
    isLate(kit),
    todo(kit),
    `Do it before ${iso(kit.deadlineAtMs)}: then ${deadlineTexts[act]}.`,
  ]);

/** The second level. */
export const escalation = (kit: LateKit, act: DeadlineAct['kind']): OwnerMessage =>
  message(kit, 'escalation', `Escalation: kit ${kit.kitId} is still late`, [
    isLate(kit),
    'Its owner was reminded before.',
    todo(kit),
    `Do it before ${iso(kit.deadlineAtMs)}: then ${deadlineTexts[act]}.`,
  ]);

/** The deadline itself. */
export const deadlinePassed = (kit: LateKit, act: DeadlineAct['kind']): OwnerMessage =>
  message(kit, 'deadline', `Deadline passed: kit ${kit.kitId}`, [
    isLate(kit),
    `The deadline ${iso(kit.deadlineAtMs)} has passed: ${deadlineTexts[act]}.`,
    ...(act === 'roll-back' ? [] : [todo(kit)]),
  ]);

/** A kit that a compromise will cut off. */
export const cutOffSoon = (kit: LateKit, cutOffAtMs: number): OwnerMessage =>
  message(kit, 'page', `PAGE: kit ${kit.kitId} is about to be cut off`, [
    `A credential of gateway ${kit.gatewayId} is compromised and refused from ${iso(cutOffAtMs)} on.`,
    isLate(kit),
    'Requests through it fail from that time on, until it does.',
    todo(kit),
  ]);

/** A kit that a compromise has cut off. */
export const cutOff = (kit: LateKit, cutOffAtMs: number): OwnerMessage =>
  message(kit, 'page', `PAGE: kit ${kit.kitId} is cut off`, [
    `A compromised credential of gateway ${kit.gatewayId} has been refused since ${iso(cutOffAtMs)}.`,
    isLate(kit),
    'Requests through it fail now, until it does.',
    todo(kit),
  ]);

/** The kits of one owner that are late beside those that messages of their own name: how many they are. */
export const moreLate = (
  { gatewayId, owner, credentialId, rotationId }: Omit<LateKit, 'kitId' | 'code' | 'addresses'>,
  { more, severity, endsAtMs }: { more: number; severity: NonNullable<OwnerMessage['severity']>; endsAtMs: number },
): OwnerMessage => ({
  ...{ severity, owner, gatewayId, credentialId },
  subject: `${severity === 'page' ? 'PAGE: ' : ''}${more} more of your kits of gateway ${gatewayId} are late`,
  text: [
    `Beside the kits that have messages of their own, ${more} of yours do not use the new credential ${credentialId} yet.`,
    `Their time ends at ${iso(endsAtMs)}. The console lists them, and what each of them waits for.`,
    '',
    `Rotation ${rotationId}.`,
  ].join('\n'),
});

/** A kit that presents a revoked credential. */
export type RevertedKit = { readonly kitId: string } & RevertedUse;

const revertedNamed = 20;

/** The kits of one owner that present a revoked credential after their rotation: somebody set them back, or left nodes behind. */
export const revertedKits = (
  { gatewayId, owner }: { readonly gatewayId: string; readonly owner: string },
  [first, ...others]: readonly [RevertedKit, ...RevertedKit[]],
): OwnerMessage => {
  const kits = [first, ...others];
  const more = kits.length - revertedNamed;
  return {
    ...{ owner, gatewayId, credentialId: first.credentialId, severity: 'escalation', thread: 'kits-behind' },
    ...(kits.length === 1 ? { kitId: first.kitId } : {}),
    subject: kits.length === 1 ? `Kit ${first.kitId} is refused` : `${kits.length} of your kits are refused`,
    text: [
      ...kits
        .slice(0, revertedNamed)
        .map(
          ({ kitId, credentialId, sources, lastUsedAtMs }) =>
            `Kit ${kitId} of gateway ${gatewayId} presents the revoked credential ${credentialId}, from ${sources.join(', ')}, last at ${iso(lastUsedAtMs)}. Requests through it fail.`,
        ),
      ...(more > 0 ? [`So do ${more} more; the console lists them.`] : []),
      'It was set back, or some of its nodes never moved. Look for who else writes its configuration (decK, Terraform, an operator), and give it the credential that the gateway has now; reload nodes that were left behind.',
      'If none of this is yours, somebody else holds the old value and uses the name of your kit: tell who operates this system.',
    ].join('\n'),
  };
};

/** A kit whose credential goes where it did not go before. */
export type RedirectedKit = {
  readonly kitId: string;
  readonly destinations: readonly string[];
  readonly isNew: boolean;
};

/** The kits of one owner whose credentials go somewhere else from now on, as somebody has just applied it. */
export const destinationsChanged = (
  { gatewayId, owner, actor, reason }: Readonly<Record<'gatewayId' | 'owner' | 'actor' | 'reason', string>>,
  kits: readonly RedirectedKit[],
): OwnerMessage => {
  const [first] = kits;
  const more = kits.length - redirectedNamed;
  return {
    ...{ owner, gatewayId, thread: 'registry' },
    severity: kits.every(({ isNew }) => isNew) ? 'instruction' : 'escalation',
    ...(kits.length === 1 && first ? { kitId: first.kitId } : {}),
    subject:
      kits.length === 1 && first
        ? `Where the credential of kit ${first.kitId} goes`
        : `Where the credentials of ${kits.length} of your kits go`,
    text: [
      ...kits
        .slice(0, redirectedNamed)
        .map(
          ({ kitId, destinations, isNew }) =>
            `Kit ${kitId} of gateway ${gatewayId} ${isNew ? 'was registered: its credential goes' : 'was changed: its credential goes from now on'} to ${destinations.join(', ')}.`,
        ),
      ...(more > 0 ? [`So do those of ${more} more; the history of the gateway names them.`] : []),
      `Applied by ${actor}: ${reason}.`,
      'If this is not right, have a running rotation held, and the registry corrected and applied again.',
    ].join('\n'),
  };
};

const redirectedNamed = 20;

/** To the person who forced a rotation: others than those that he was shown would have been cut off, so nobody was. */
export const forceDropped = (
  {
    gatewayId,
    rotationId,
    credentialId,
    author,
  }: Readonly<Record<'gatewayId' | 'rotationId' | 'credentialId' | 'author', string>>,
  named: readonly string[],
  uncovered: number,
): OwnerMessage => ({
  ...{ severity: 'page', owner: author, gatewayId, credentialId },
  subject: `Your force on gateway ${gatewayId} was dropped`,
  text: [
    `Beside those that you were shown, ${uncovered} would have been cut off: ${named.join(', ')}${uncovered > named.length ? ' and others' : ''}.`,
    'Nothing was revoked by it, and the rotation waits for the kits again. Look who is late now, then force once more if it is still right.',
    '',
    `Rotation ${rotationId}.`,
  ].join('\n'),
});
