import type { OwnersRole } from '../ports.ts';
import { credentialIn } from './held-credential.ts';
import { textUnderKey, withTextUnderKey } from './json-text.ts';
import { KitMisconfigured } from './kit-errors.ts';
import type { Installation, KitAccess, OnlyAsked } from './kit-kind.ts';
import { roleIn } from './owners-role.ts';
import { callForSecret } from './secret-call.ts';

/** Where in Secrets Manager a credential is, and by whose rights. */
export type SecretPlace = {
  readonly secretId: string;
  readonly jsonKey?: string | undefined;
  readonly previousKey?: string | undefined;
  readonly roleArn?: string | undefined;
  readonly externalId?: string | undefined;
};

/** What a secret holds for a kit: the credential, the one kept beside it, and the whole text with the version that has it. */
export type SecretHeld = {
  readonly value: string | undefined;
  readonly previous: string | undefined;
  readonly text: string;
  readonly versionId: string | undefined;
};

/** The role in whose place the secret is used, and the access to it. */
export const secretsOf = (place: SecretPlace, access: KitAccess) => {
  const role: OwnersRole | undefined = roleIn(place);
  return { role, secrets: role ? access.secretsByRole(role, place.secretId) : access.secrets };
};

/** Reads the secret; throws KitMisconfigured for the gateway's own, and for a text that has not the form that the keys need. */
export const readSecretAt = async (
  { kit, secretArn }: OnlyAsked,
  place: SecretPlace,
  access: KitAccess,
): Promise<SecretHeld> => {
  const { secretId, jsonKey, previousKey } = place;
  const { role, secrets } = secretsOf(place, access);
  const doing = `Reading secret ${secretId}`;
  const found = await callForSecret(secrets.read(secretId, access.signal), doing, kit, role);
  if (!found) return { value: undefined, previous: undefined, text: '', versionId: undefined };
  if (found.arn === secretArn)
    throw new KitMisconfigured('SETTINGS_WRONG', {
      doing,
      kit,
      answer: "it is the gateway's own secret, whose versions the rotation moves",
      todo: 'Give the kit a secret of its own.',
    });
  const { text = '', versionId } = found;
  if (!jsonKey) return { value: found.text, previous: undefined, text, versionId };
  const underKey = (key: string): string | undefined => {
    const held = text === '' ? undefined : textUnderKey(text, key); // a binary secret has no text
    if (!held) throw unusable(kit, secretId, key);
    return held.text;
  };
  return { value: underKey(jsonKey), previous: previousKey && underKey(previousKey), text, versionId };
};

/**
 * The text of the secret with the credential in it. What was in its place goes under the previous key if it is a credential: so
 * a second run, which finds the new one in its place, moves nothing, and a roll-back changes the two.
 */
export const withCredential = (
  { kit, value }: Installation,
  { secretId, jsonKey, previousKey }: SecretPlace,
  before: SecretHeld,
): string => {
  if (!jsonKey) return value;
  const put = (text: string, key: string, one: string): string => {
    const changed = withTextUnderKey(text, key, one);
    if (changed === undefined) throw unusable(kit, secretId, key);
    return changed;
  };
  const text = put(before.text, jsonKey, value);
  return previousKey && before.value && credentialIn(before.value) ? put(text, previousKey, before.value) : text;
};

const unusable = (kit: Installation['kit'], secretId: string, key: string): KitMisconfigured =>
  new KitMisconfigured('SECRET_UNUSABLE', {
    doing: `Reading secret ${secretId}`,
    kit,
    answer: `it is not a JSON object with one text under "${key}"`,
    todo: 'Put a JSON object into the secret that has the key once or not at all, or leave the setting of the key out.',
  });
