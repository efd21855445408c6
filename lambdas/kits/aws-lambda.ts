import { functionOf } from './aws-lambda-function.ts';
import { checkFunctionSecret } from './aws-lambda-secret.ts';
import {
  type AwsLambdaSettings,
  awsLambdaSettings,
  placeOf,
  propagationOf,
  type VariableSettings,
} from './aws-lambda-settings.ts';
import { credentialIn, heldWords } from './held-credential.ts';
import { KitUnreachable } from './kit-errors.ts';
import type { Installation, KitAccess, KitCheck, KitKind } from './kit-kind.ts';
import { retryWhileTime } from './retry-while-time.ts';
import { putIntoSecret, readSecretBack } from './secrets-manager.ts';

/**
 * A Lambda function that has its credential in an environment variable or in a secret that it reads, such as Ping's Lambda
 * authorizer. Reading back proves its configuration or the secret, not what it and API Gateway keep.
 */
export const awsLambda: KitKind<AwsLambdaSettings> & { readonly kind: 'aws-lambda' } = {
  kind: 'aws-lambda',
  settings: awsLambdaSettings,
  traits: (settings) => ({
    installedBy: 'us',
    readBackProves: 'store',
    propagationSeconds: propagationOf(settings),
  }),
  destinations: ({ functionName, secret }) =>
    secret
      ? { urls: [], secrets: [secret.secretId], credentialSecrets: [secret.secretId] }
      : { urls: [], secrets: [], functions: [functionName] },
  install: (installation, settings, access) =>
    retryWhileTime(access.signal, () => {
      const place = placeOf(settings);
      return 'inSecret' in place
        ? putIntoSecret(installation, place.inSecret, access)
        : setVariable(installation, place.inVariable, access);
    }),
  readBack: (installation, settings, access) =>
    retryWhileTime(access.signal, async () => {
      const place = placeOf(settings);
      if ('inSecret' in place) return readSecretBack(installation, place.inSecret, access);
      const { held } = await functionOf(installation.kit, place.inVariable, access).served();
      return { matches: held === installation.value };
    }),
  check: (asked, settings, access) =>
    retryWhileTime(access.signal, async () => {
      const place = placeOf(settings);
      const found =
        'inSecret' in place
          ? await checkFunctionSecret(asked, settings, place.inSecret, access)
          : await checkVariable(asked.kit, place.inVariable, access);
      return {
        ...found,
        notShown: [
          ...found.notShown,
          `Whether API Gateway keeps its answers for longer than ${settings.authorizerTtlSeconds} s.`,
        ],
      };
    }),
};

const setVariable = async (
  { kit, value }: Installation,
  settings: VariableSettings,
  access: KitAccess,
): Promise<{ readonly state: 'INSTALLED' }> => {
  const one = functionOf(kit, settings, access);
  if ((await one.served()).held === value) return { state: 'INSTALLED' };
  await one.change(value);
  if ((await one.served()).held === value) return { state: 'INSTALLED' };
  throw new KitUnreachable('NOT_STORED', {
    doing: `Reading function ${settings.functionName} back`,
    kit,
    answer: 'it does not show the new credential',
    todo: 'It is tried again; look for another tool that writes its variables if this stays.',
  });
};

const checkVariable = async (
  kit: Installation['kit'],
  settings: VariableSettings,
  access: KitAccess,
): Promise<KitCheck> => {
  const { functionName, variable, alias } = settings;
  const one = functionOf(kit, settings, access);
  const { version, held } = await one.served();
  await one.publishable();
  const id = credentialIn(held)?.credentialId;
  const served = alias === undefined ? 'its variables' : `version ${version}, which alias ${alias} names`;
  return {
    seen: [`Function ${functionName} is there; ${variable} of ${served} holds ${heldWords(held)}.`],
    notShown: ['Whether the function may be changed: that is seen when it is.'],
    would: [
      `Set variable ${variable} of function ${functionName}; its other variables stay as they are.`,
      ...(alias === undefined
        ? []
        : [`Publish a version of it, and move alias ${alias} there from version ${version}.`]),
    ],
    holds: id === undefined ? [] : [id],
  };
};
