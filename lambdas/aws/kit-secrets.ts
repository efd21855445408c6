import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { KitCallFailed } from '../domain/kit-call-failed.ts';
import { endsTagKey } from '../domain/own-keys.ts';
import { letsUse, type SecretUser, secretTag } from '../domain/secret-tag.ts';
import type { KitSecret, KitSecrets } from '../ports.ts';
import { callForKit } from './sdk-errors.ts';

/**
 * The secrets in Secrets Manager that one kit may use. Each call looks at the tag first and then goes to the very secret that
 * carries it: a role may use the secrets of all kits, so that IAM alone does not keep those of one from another.
 */
export const kitSecretsIn =
  (secretsManager: SecretsManagerClient) =>
  (user: SecretUser): KitSecrets => {
    const given = async (secretId: string, signal: AbortSignal): Promise<Given> =>
      givenTo(user, await describeIn(secretsManager, secretId, signal));
    const read: KitSecrets['read'] = async (secretId, signal) =>
      readIn(secretsManager, await given(secretId, signal), signal);
    return {
      readText: async (secretId, signal) => (await read(secretId, signal))?.text ?? '',
      read,
      write: async (secretId, versionId, text, signal) => {
        const { arn: SecretId } = await given(secretId, signal);
        const put = new PutSecretValueCommand({ SecretId, ClientRequestToken: versionId, SecretString: text });
        if ((await callForKit(secretsManager.send(put, { abortSignal: signal }), signal)) === undefined)
          throw new KitCallFailed('NOT_GIVEN', 'not there any more');
      },
    };
  };

/**
 * The same for the kits that one call of a function meets: a text that several of them read, such as the key that signs their
 * messages, is asked for once. The tag still has to let each kit use it; what kits are given to hold is read anew each time.
 */
export const kitSecretsTogether = (secretsManager: SecretsManagerClient) => (): ((user: SecretUser) => KitSecrets) => {
  const alone = kitSecretsIn(secretsManager);
  const described = new Map<string, Promise<Described>>();
  const texts = new Map<string, Promise<string>>();
  return (user) => ({
    ...alone(user),
    readText: async (secretId, signal) => {
      const describe = () => describeIn(secretsManager, secretId, signal);
      const given = givenTo(user, await askedOnce(described, secretId, describe));
      return askedOnce(texts, given.arn, async () => (await readIn(secretsManager, given, signal))?.text ?? '');
    },
  });
};

/** Whoever asked first may have run out of time: then the next one asks himself. */
const askedOnce = <Found>(
  asked: Map<string, Promise<Found>>,
  name: string,
  ask: () => Promise<Found>,
): Promise<Found> => {
  const before = asked.get(name);
  if (before) return before.catch(ask);
  const answer = ask();
  asked.set(name, answer);
  answer.catch(() => asked.delete(name));
  return answer;
};

/** A secret that a kit may use, with what is shown of it beside its value. */
type Given = { readonly arn: string } & Pick<KitSecret, 'endsTag' | 'rotatesAtMs'>;
type Described = Omit<Given, 'arn'> & { readonly arn: string | undefined; readonly tag: string | undefined };

const describeIn = async (
  secretsManager: SecretsManagerClient,
  SecretId: string,
  signal: AbortSignal,
): Promise<Described> => {
  const describe = secretsManager.send(new DescribeSecretCommand({ SecretId }), { abortSignal: signal });
  const found = await callForKit(describe, signal).catch((error: unknown) => {
    // A role is let in by the tag, so that one that is missing, or a secret that is, may look like this as well.
    if (error instanceof KitCallFailed && error.problem === 'ACCESS_DENIED') return undefined;
    throw error;
  });
  const tagOf = (key: string): string | undefined => found?.Tags?.find(({ Key }) => Key === key)?.Value;
  return {
    arn: found?.ARN,
    tag: tagOf(secretTag.key),
    endsTag: tagOf(endsTagKey),
    rotatesAtMs: found?.NextRotationDate?.getTime(),
  };
};

const givenTo = (user: SecretUser, { arn, tag, ...shown }: Described): Given => {
  if (!arn || !letsUse(tag, user)) throw new KitCallFailed('NOT_GIVEN', 'not there, or not tagged for it');
  return { arn, ...shown };
};

const readIn = async (
  secretsManager: SecretsManagerClient,
  { arn: SecretId, ...shown }: Given,
  signal: AbortSignal,
): Promise<KitSecret | undefined> => {
  const get = secretsManager.send(new GetSecretValueCommand({ SecretId }), { abortSignal: signal });
  const found = await callForKit(get, signal);
  if (!found) return undefined;
  const { ARN: arn, VersionId: versionId, SecretString: text, CreatedDate: created } = found;
  return { arn, versionId, text, createdAtMs: created?.getTime(), ...shown };
};
