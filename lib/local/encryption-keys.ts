import { resourcesOf, type Template } from '../emulator/cloudformation/template.ts';

/** The key that the secrets whose names begin with `prefix` are created under on AWS. */
export type SecretsKey = { readonly prefix: string; readonly keyArn: string };

/** On AWS the function that creates the secrets hands them the key of its variable SECRETS_KEY; the local one has none to hand. */
export const secretsKeyOf = (template: Template, resolve: (value: unknown) => unknown): SecretsKey | undefined => {
  for (const { Properties } of resourcesOf(template, 'AWS::Lambda::Function')) {
    const { Variables = {} } = (Properties?.Environment ?? {}) as { Variables?: Readonly<Record<string, unknown>> };
    if (Variables.SECRETS_KEY !== undefined)
      return { prefix: String(resolve(Variables.SECRET_PREFIX)), keyArn: String(resolve(Variables.SECRETS_KEY)) };
  }
  return undefined;
};

/** The keys that encrypt topics, by the ARN of the topic. */
export const keysOfTopics = (template: Template, resolve: (value: unknown) => unknown): ReadonlyMap<string, string> =>
  new Map(
    resourcesOf(template, 'AWS::SNS::Topic').flatMap(({ logicalId, Properties }) =>
      Properties?.KmsMasterKeyId === undefined
        ? []
        : [[String(resolve({ Ref: logicalId })), String(resolve(Properties.KmsMasterKeyId))] as const],
    ),
  );
