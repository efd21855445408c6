import type { Kit } from '../domain/kit.ts';
import { callForFunction } from './aws-lambda-function.ts';
import type { AwsLambdaSettings, FunctionSecret } from './aws-lambda-settings.ts';
import { KitMisconfigured } from './kit-errors.ts';
import type { KitAccess, KitCheck, OnlyAsked } from './kit-kind.ts';
import { checkSecret } from './secrets-manager.ts';

/** By this variable AWS's Parameters and Secrets Lambda Extension is told how long it keeps a secret, in seconds. */
const ttlVariable = 'SECRETS_MANAGER_TTL';

/** What the function and the secret that it reads show when they are only asked. Throws KitMisconfigured when too little is waited for. */
export const checkFunctionSecret = async (
  asked: OnlyAsked,
  settings: AwsLambdaSettings,
  secret: FunctionSecret,
  access: KitAccess,
): Promise<KitCheck> => {
  await refuseLongerTtl(asked.kit, settings, secret, access);
  const found = await checkSecret(asked, secret, access);
  return {
    ...found,
    seen: [`Function ${settings.functionName} is there.`, ...found.seen],
    notShown: [
      ...found.notShown,
      `Whether the function reads this secret, and keeps it for no longer than ${secret.cacheSeconds} s.`,
    ],
  };
};

const refuseLongerTtl = async (
  kit: Kit,
  { functionName }: AwsLambdaSettings,
  { cacheSeconds }: FunctionSecret,
  { functions, signal }: KitAccess,
): Promise<void> => {
  const doing = `Reading function ${functionName}`;
  const shown = await callForFunction(functions.show(functionName, undefined, signal), doing, kit);
  const ttl = Number(shown.variables?.[ttlVariable] ?? 0);
  if (ttl > cacheSeconds)
    throw new KitMisconfigured('SETTINGS_WRONG', {
      doing,
      kit,
      answer: `its variable ${ttlVariable} lets it keep secrets for ${ttl} s, and secret.cacheSeconds is ${cacheSeconds}`,
      todo: `Give cacheSeconds as ${ttl}, or a lower ${ttlVariable}.`,
    });
};
