import { type Gateway, hasReached, liveCredential } from './gateway.ts';
import { lostIn } from './recover.ts';

/** What may be wrong between Secrets Manager and the record, and what to do about it. */
export const secretTroubles = {
  VALUES_LOST:
    'Values of live credentials are kept nowhere any more: kits that hold them are accepted, and no kit can be given them again. Run the command recover. Then put a value that a kit still holds into the secret and adopt it, or rotate, which gives the kits a new one.',
  SECRET_DELETING:
    'The secret is scheduled for deletion: nothing in it can be read. Run the command recover, which takes it back.',
  SCHEDULE_OFF:
    'The gateway has a schedule in gateways.json, and Secrets Manager does not rotate the secret. Apply gateways.json again.',
  PENDING_STUCK: 'AWSPENDING is stuck on a version, so that Secrets Manager cannot rotate. Run the command repair.',
  CURRENT_MOVED: 'AWSCURRENT was moved to another version that the record knows. Move it back, or roll back what runs.',
  VALUE_BY_HAND:
    'AWSCURRENT names a value that somebody put by hand (CurrentMovedElsewhere). Run the command adopt, or move it back.',
} as const;
export type SecretTrouble = { readonly code: keyof typeof secretTroubles; readonly text: string };

/** What DescribeSecret says that matters here. */
type Described = {
  readonly rotates: boolean;
  readonly isBeingDeleted: boolean;
  readonly labels: ReadonlyMap<string, readonly string[]>;
};

/** Everything that is wrong now with the secret of a gateway in use, or with one that is gone; each with what it is about. */
export const secretTroublesOf = (gateway: Gateway, secret: Described | undefined): readonly SecretTrouble[] => {
  if (gateway.retiredAtMs !== undefined) return [];
  if (secret?.isBeingDeleted) return [trouble('SECRET_DELETING')];
  const lost = lostIn(gateway, secret?.labels ?? new Map());
  if (!secret) return [trouble('VALUES_LOST', `The secret is gone; live are ${lost.join(', ') || 'none'}.`)];
  return [
    ...(lost.length > 0 ? [trouble('VALUES_LOST', `Lost: ${lost.join(', ')}.`)] : []),
    ...labelTroublesOf(gateway, secret),
  ];
};

const labelTroublesOf = (gateway: Gateway, secret: Described): readonly SecretTrouble[] => {
  const holder = (label: string) => [...secret.labels].find(([, held]) => held.includes(label))?.[0];
  const [current, pending] = [holder('AWSCURRENT'), holder('AWSPENDING')];
  const isOff = gateway.isScheduled === true && !secret.rotates;
  // While a rotation runs its end takes the label off; while Secrets Manager drives one, it belongs there.
  const isStuck = pending !== undefined && pending !== current && !gateway.rotation;
  return [
    ...(isOff ? [trouble('SCHEDULE_OFF')] : []),
    ...(isStuck ? [trouble('PENDING_STUCK', `Version ${pending}.`)] : []),
    ...currentTrouble(gateway, current),
  ];
};

const currentTrouble = (gateway: Gateway, current: string | undefined): readonly SecretTrouble[] => {
  const { rotation, live, revoked, currentVersionId } = gateway;
  const isMoving =
    rotation && !hasReached(rotation, 'PROMOTED') && (rotation.rolledBack || hasReached(rotation, 'PROMOTING'));
  if (current === undefined || current === currentVersionId || isMoving) return [];
  const known = [...live, ...revoked].find(({ versionId }) => versionId === current);
  const named = liveCredential(gateway, gateway.currentCredentialId);
  const place = `It is on version ${current}${known ? `, which holds ${known.credentialId}` : ''}; the record says ${currentVersionId}${named ? `, which holds ${named.credentialId}` : ''}.`;
  return [trouble(known ? 'CURRENT_MOVED' : 'VALUE_BY_HAND', place)];
};

const trouble = (code: SecretTrouble['code'], place?: string): SecretTrouble => ({
  code,
  text: place ? `${secretTroubles[code]} ${place}` : secretTroubles[code],
});
