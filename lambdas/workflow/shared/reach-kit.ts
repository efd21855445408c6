import { StepFailed, TemporarilyUnavailable } from '../../domain/failure.ts';
import type { Gateway, Rotation } from '../../domain/gateway.ts';
import type { Kit, KitWork } from '../../domain/kit.ts';
import { guardedFetch } from '../../kits/guarded-fetch.ts';
import { guardedFiles } from '../../kits/guarded-files.ts';
import { isKitError } from '../../kits/kit-errors.ts';
import type { Installation, KitAccess } from '../../kits/kit-kind.ts';
import { callForSecret } from '../../kits/secret-call.ts';
import type { ClockAndLog, Dependencies, Stored } from '../../ports.ts';
import { currentCredentialIn } from './current-version.ts';

/** How long one kit may take. */
const kitSeconds = 20;

/** What a kind is told for one kit. */
export const installationOf = (gateway: Gateway, rotation: Rotation, kit: Kit, stored: Stored): Installation => ({
  kit,
  credentialId: stored.credentialId,
  value: stored.value,
  rotationId: rotation.rotationId,
  secretArn: gateway.secretArn,
  deadlineAtMs: rotation.deadlineAtMs,
});

/** What a kind may use for one kit, with its time limit. */
export const accessFor = (
  {
    kitSecrets,
    kitReach,
    secretVersions,
    notifyOwner,
    now,
  }: Pick<Dependencies, 'kitSecrets' | 'kitReach' | 'secretVersions' | 'notifyOwner'> & Pick<ClockAndLog, 'now'>,
  kit: Kit,
  { forMs = kitSeconds * 1000, leave }: { readonly forMs?: number; readonly leave?: AbortSignal | undefined } = {},
): KitAccess => {
  const timeIsUp = AbortSignal.timeout(forMs);
  const signal = leave ? AbortSignal.any([timeIsUp, leave]) : timeIsUp;
  const secrets = kitSecrets(kit);
  return {
    fetch: guardedFetch(kitReach, kit),
    readSecret: (secretId) => callForSecret(secrets.readText(secretId, signal), `Reading secret ${secretId}`, kit),
    secrets,
    secretsByRole: kitReach.secretsByRole(kit),
    parameters: kitReach.parameters(kit),
    functions: kitReach.functions,
    edge: kitReach.edge,
    files: guardedFiles(kitReach, kit),
    commands: kitReach.commands,
    currentIn: (secretArn) => currentCredentialIn({ secretVersions }, secretArn),
    notifyOwner,
    nowMs: now,
    signal,
  };
};

/** What is kept and shown of a kit's error: the message of our own ones; that of any other may quote a header or a body (invariant 9). */
export const kitFailure = (error: unknown): NonNullable<KitWork['failure']> => {
  const code = error instanceof Error ? error.name : 'Error';
  const isOurs = isKitError(error) || error instanceof TemporarilyUnavailable || error instanceof StepFailed;
  return {
    code,
    message: isOurs ? error.message : `A defect of this kind of kit (${code}); report it, and retry the kit.`,
  };
};
