import { z } from 'zod';

const oneOrMore = z.union([z.string().transform((one) => [one]), z.array(z.string())]);
const statement = z.object({ Effect: z.enum(['Allow', 'Deny']), Action: oneOrMore, Resource: oneOrMore });
const answerForm = z.object({
  principalId: z.string(),
  policyDocument: z.object({
    Version: z.string().optional(),
    Statement: z.union([statement.transform((one) => [one]), z.array(statement)]),
  }),
  context: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
});

/** What an authorizer's answer means for one method; `context` is what the integration gets, every value as text. */
export type AuthorizerVerdict =
  | { readonly kind: 'allowed'; readonly context: Readonly<Record<string, string>> }
  | { readonly kind: 'denied' }
  | { readonly kind: 'malformed' };

/** IAM's wildcards: `*` for any text, `?` for one character. */
const matches = (pattern: string, text: string): boolean => {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 's').test(text);
};

/** Evaluates the policy as IAM does: an explicit Deny wins, and what is not allowed is denied. */
export const evaluate = (answer: unknown, methodArn: string): AuthorizerVerdict => {
  const { success, data } = answerForm.safeParse(answer);
  if (!success) return { kind: 'malformed' };
  const applying = data.policyDocument.Statement.filter(
    ({ Action, Resource }) =>
      Action.some((pattern) => matches(pattern.toLowerCase(), 'execute-api:invoke')) &&
      Resource.some((pattern) => matches(pattern, methodArn)),
  );
  const isDenied = applying.some(({ Effect }) => Effect === 'Deny');
  if (isDenied || applying.length === 0) return { kind: 'denied' };
  const context = Object.entries(data.context ?? {}).map(([name, value]) => [name, `${value}`] as const);
  return { kind: 'allowed', context: { ...Object.fromEntries(context), principalId: data.principalId } };
};
