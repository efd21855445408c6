import { type RequestAnalysis, runSimulation } from '@cloud-copilot/iam-simulate';
import { accountId } from '../../../lib/emulator/account.ts';
import { conditionKeysOf, documentOf, type Grant } from './grants.ts';

/** Whether an action may be done to a resource; `context` by condition key. */
export type Question = {
  readonly action: string;
  readonly resource: string;
  readonly context: Readonly<Record<string, string | readonly string[]>>;
};

/** Who asks: the ARN that policies name, or a service such as `events.amazonaws.com`, and what its own policies grant. */
export type Principal = { readonly arn: string; readonly grants: readonly Grant[] };

/** What the policies answer. */
export type Decision = {
  readonly principal: string;
  readonly question: Question;
  readonly isAllowed: boolean;
  /** The end of AWS's message when it is not allowed ("Troubleshoot access denied error messages"). */
  readonly because: string;
  /** The grants that allow it. */
  readonly by: readonly Grant[];
};

export type Evaluate = (principal: Principal, question: Question) => Promise<Decision>;

/** Decisions kept; more would mean that something unbounded, such as a name of an execution, is asked about. */
const mostKept = 10_000;

/**
 * Evaluates IAM policies with `@cloud-copilot/iam-simulate`, which knows AWS's actions, resource types and condition keys.
 * Policies never change while a deployment runs, so a decision is made once for a principal, an action, a resource and
 * those context keys that any policy looks at. Throws for an action that AWS does not have.
 */
export const evaluator = (
  ofResources: ReadonlyMap<string, readonly Grant[]>,
  looksAt: ReadonlySet<string>,
): Evaluate => {
  const kept = new Map<string, Promise<Decision>>();
  return (principal, { action, resource, context: whole }) => {
    const context = Object.fromEntries(Object.entries(whole).filter(([key]) => looksAt.has(key.toLowerCase())));
    const key = JSON.stringify([principal.arn, action, resource, context]);
    const known = kept.get(key);
    if (known) return known;
    if (kept.size >= mostKept) kept.clear();
    const decision = decide(principal, { action, resource, context }, ofResources.get(resource) ?? []);
    kept.set(key, decision);
    return decision;
  };
};

/** Every condition key that one of the grants looks at, in lower case. */
export const keysLookedAt = (grants: Iterable<Grant>): ReadonlySet<string> =>
  new Set([...grants].flatMap(conditionKeysOf));

const decide = async (principal: Principal, question: Question, ofResource: readonly Grant[]): Promise<Decision> => {
  const { action, resource, context } = question;
  const simulated = await runSimulation(
    {
      request: {
        principal: principal.arn,
        action,
        resource: { resource, accountId },
        contextVariables: Object.fromEntries(
          Object.entries(context).map(([key, value]) => [key, typeof value === 'string' ? value : [...value]]),
        ),
      },
      identityPolicies: principal.grants.length === 0 ? [] : [{ name: 'own', policy: documentOf(principal.grants) }],
      resourcePolicy: ofResource.length === 0 ? undefined : documentOf(ofResource),
      serviceControlPolicies: [],
      resourceControlPolicies: [],
    },
    {},
  );
  if (simulated.resultType === 'error')
    throw new Error(`IAM cannot decide about ${action} on ${resource}: ${JSON.stringify(simulated.errors)}`);
  const analysis = simulated.resultType === 'single' ? simulated.result.analysis : simulated.results[0]?.analysis;
  return {
    principal: principal.arn,
    question,
    isAllowed: simulated.overallResult === 'Allowed',
    because: analysis ? reasonOf(analysis, principal, action) : '',
    by: analysis
      ? [
          ...grantsOf(principal.grants, analysis.identityAnalysis?.allowStatements),
          ...grantsOf(ofResource, analysis.resourceAnalysis?.allowStatements),
        ]
      : [],
  };
};

type Statements = readonly { readonly explain: { readonly identifier: string } }[] | undefined;

const grantsOf = (grants: readonly Grant[], statements: Statements): readonly Grant[] =>
  (statements ?? []).flatMap(({ explain }) => grants[Number(explain.identifier)] ?? []);

const reasonOf = (analysis: RequestAnalysis, { grants }: Principal, action: string): string => {
  if (analysis.resourceAnalysis?.result === 'ExplicitlyDenied')
    return 'with an explicit deny in a resource-based policy';
  if (analysis.identityAnalysis?.result === 'ExplicitlyDenied')
    return 'with an explicit deny in an identity-based policy';
  return `because no ${grants.length === 0 ? 'resource' : 'identity'}-based policy allows the ${action} action`;
};
