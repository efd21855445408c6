/** The account and region in which a deployment or a secret is. */
export type Home = { readonly accountId: string; readonly region: string };

/** The account and region in an ARN of any service. */
export const homeOfArn = (arn: string): Home => {
  const [, , , region = '', accountId = ''] = arn.split(':');
  return { accountId, region };
};

/** Where a secret is that is named by its ARN; `undefined` for any other text: a name is looked for where it is asked for. */
export const homeOfSecret = (text: string): Home | undefined =>
  /^arn:[\w-]+:secretsmanager:/.test(text) ? homeOfArn(text) : undefined;
