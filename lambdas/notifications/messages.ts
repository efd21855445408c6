import type { OwnerMessage } from '../domain/kit.ts';
import type { LaggardCode } from '../domain/kit-verdict.ts';

/** A kit that is late, and what its owner has to know of the rotation. Times are epoch ms. */
export type LateKit = {
  readonly gatewayId: string;
  readonly kitId: string;
  readonly owner: string;
  readonly code: LaggardCode;
  /** Source addresses that still present an old credential. */
  readonly addresses: readonly string[];
  /** The credential that it should use. */
  readonly credentialId: string;
  readonly rotationId: string;
  readonly deadlineAtMs: number;
};

/** What happens at the deadline. */
export type DeadlineAct = 'hold' | 'roll-back' | 'force';

const iso = (atMs: number): string => new Date(atMs).toISOString();

/** What its owner can do about a late kit, by the reason. */
const todo = ({ code, addresses, kitId, gatewayId, credentialId }: LateKit): string => {
  const acknowledge = `acknowledge kit ${kitId} of gateway ${gatewayId} with credential ${credentialId}`;
  const texts: Readonly<Record<LaggardCode, string>> = {
    NOT_DISTRIBUTED: 'It was not given the credential yet. See whether its management API can be reached.',
    DISTRIBUTION_FAILED:
      'Giving it the credential failed. See whether its management API answers and lets us in, then retry the kit (operate retry-kit).',
    STILL_ON_PREDECESSOR: `It was given the credential, but still presents an old one from ${addresses.join(', ') || 'some of its nodes'}. Reload or restart these nodes.`,
    SEEN_ON_BOTH: `It was seen on both credentials from ${addresses.join(', ') || 'one address'}: several nodes may be behind it, and one of them still presents an old one. Reload or restart them all.`,
    READ_BACK_DIFFERS:
      'It shows another credential than the one it was given. Look for another tool that writes its configuration (decK, Terraform, an operator).',
    NOT_READ_BACK:
      'It cannot be asked what it holds just now, and nothing is revoked before it shows the new credential. See whether its management API answers.',
    TOO_FEW_SOURCES:
      'Not all of its nodes were seen with the credential yet. Send a client request through each of them.',
    WAITS_FOR_OWNER: `Install the credential as the instructions said, then ${acknowledge}.`,
    NOT_SEEN_YET: `It was not seen with the credential yet. Send one client request through it, or ${acknowledge}.`,
  };
  return texts[code];
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

const what: Readonly<Record<DeadlineAct, string>> = {
  hold: 'the rotation stops and a person decides; both credentials stay accepted',
  'roll-back': 'the rotation goes back to the old credential',
  force: 'the old credential is revoked, and requests through this kit fail from then on',
};

/** The first level of the escalation. */
export const reminder = (kit: LateKit, act: DeadlineAct): OwnerMessage =>
  message(kit, 'reminder', `Reminder: kit ${kit.kitId} is late`, [
    isLate(kit),
    todo(kit),
    `Do it before ${iso(kit.deadlineAtMs)}: then ${what[act]}.`,
  ]);

/** The second escalationLevel. */
export const escalation = (kit: LateKit, act: DeadlineAct): OwnerMessage =>
  message(kit, 'escalation', `Escalation: kit ${kit.kitId} is still late`, [
    isLate(kit),
    'Its owner was reminded before.',
    todo(kit),
    `Do it before ${iso(kit.deadlineAtMs)}: then ${what[act]}.`,
  ]);

/** The deadline itself. */
export const deadlinePassed = (kit: LateKit, act: DeadlineAct): OwnerMessage =>
  message(kit, 'deadline', `Deadline passed: kit ${kit.kitId}`, [
    isLate(kit),
    `The deadline ${iso(kit.deadlineAtMs)} has passed: ${what[act]}.`,
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
