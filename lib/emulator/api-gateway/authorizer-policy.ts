import { z } from 'zod';
import { scalars } from './scalars.ts';

const oneOrMore = z.union([z.string(), z.array(z.string())]);
const statement = z.object({ Effect: z.enum(['Allow', 'Deny']), Action: oneOrMore, Resource: oneOrMore });
const answerForm = z.object({
  principalId: z.string(),
  policyDocument: z.object({
    Version: z.string().optional(),
    Statement: z.union([z.array(statement), statement]),
  }),
  context: scalars.optional(),
});

/** What an authorizer's answer means for one method; `context` is what the integration or the gateway response gets, every value as text. */
export type AuthorizerVerdict =
  | { readonly kind: 'allowed'; readonly context: Readonly<Record<string, string>> }
  | { readonly kind: 'denied'; readonly context: Readonly<Record<string, string>> }
  | { readonly kind: 'malformed' };

/**
 * IAM's wildcards: `*` for any text, `?` for one character. Compared step by step and never as a regular expression, which
 * a resource with a dozen stars would keep busy for good. A policy variable (`${…}`) has no value here and matches nothing.
 */
const matches = (pattern: string, text: string): boolean => {
  if (pattern.includes('${')) return false;
  let at = 0;
  let from = 0;
  let star: { readonly at: number; from: number } | undefined;
  while (from < text.length) {
    if (pattern[at] === '*') {
      star = { at, from };
      at += 1;
    } else if (at < pattern.length && (pattern[at] === '?' || pattern[at] === text[from])) {
      at += 1;
      from += 1;
    } else if (star) {
      star.from += 1; // the last star takes one character more; an earlier one never has to
      at = star.at + 1;
      from = star.from;
    } else return false;
  }
  while (pattern[at] === '*') at += 1;
  return at === pattern.length;
};

/** Evaluates the policy as IAM does: an explicit Deny wins, and what is not allowed is denied. */
export const evaluate = (answer: unknown, methodArn: string): AuthorizerVerdict => {
  const { success, data } = answerForm.safeParse(answer);
  if (!success) return { kind: 'malformed' };
  const applying = [data.policyDocument.Statement]
    .flat()
    .filter(
      ({ Action, Resource }) =>
        [Action].flat().some((pattern) => matches(pattern.toLowerCase(), 'execute-api:invoke')) &&
        [Resource].flat().some((pattern) => matches(pattern, methodArn)),
    );
  const isDenied = applying.some(({ Effect }) => Effect === 'Deny');
  const texts = Object.entries(data.context ?? {}).map(([name, value]) => [name, `${value}`] as const);
  const context = { ...Object.fromEntries(texts), principalId: data.principalId };
  return { kind: isDenied || applying.length === 0 ? 'denied' : 'allowed', context };
};
