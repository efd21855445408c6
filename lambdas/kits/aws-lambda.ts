import type { Kit } from '../domain/kit.ts';
import { functionOf } from './aws-lambda-function.ts';
import { type AwsLambdaSettings, awsLambdaSettings } from './aws-lambda-settings.ts';
import { credentialIn, heldWords } from './held-credential.ts';
import { KitUnreachable } from './kit-errors.ts';
import type { KitAccess, KitKind } from './kit-kind.ts';
import { retryWhileTime } from './retry-while-time.ts';

/**
 * A Lambda function that has its credential in an environment variable, such as Ping's Lambda authorizer. Reading back proves
 * its configuration, not what API Gateway keeps of its answers.
 */
export const awsLambda: KitKind<AwsLambdaSettings> & { readonly kind: 'aws-lambda' } = {
  kind: 'aws-lambda',
  settings: awsLambdaSettings,
  traits: ({ authorizerTtlSeconds }) => ({
    installedBy: 'us',
    readBackProves: 'store',
    propagationSeconds: authorizerTtlSeconds,
  }),
  destinations: ({ functionName }) => ({ urls: [], secrets: [], functions: [functionName] }),
  install: ({ kit, value }, settings, access) =>
    retryWhileTime(access.signal, async () => {
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
    }),
  readBack: ({ kit, value }, settings, access) =>
    retryWhileTime(access.signal, async () => ({
      matches: (await functionOf(kit, settings, access).served()).held === value,
    })),
  check: ({ kit }, settings, access) => retryWhileTime(access.signal, () => checkOne(kit, settings, access)),
};

const checkOne = async (kit: Kit, settings: AwsLambdaSettings, access: KitAccess) => {
  const { functionName, variable, alias } = settings;
  const one = functionOf(kit, settings, access);
  const { version, held } = await one.served();
  await one.publishable();
  const id = credentialIn(held)?.credentialId;
  const served = alias === undefined ? 'its variables' : `version ${version}, which alias ${alias} names`;
  return {
    seen: [`Function ${functionName} is there; ${variable} of ${served} holds ${heldWords(held)}.`],
    notShown: [
      'Whether the function may be changed: that is seen when it is.',
      `Whether API Gateway keeps its answers for longer than ${settings.authorizerTtlSeconds} s.`,
    ],
    would: [
      `Set variable ${variable} of function ${functionName}; its other variables stay as they are.`,
      ...(alias === undefined
        ? []
        : [`Publish a version of it, and move alias ${alias} there from version ${version}.`]),
    ],
    holds: id === undefined ? [] : [id],
  };
};
