import { accountId } from '../../../lib/emulator/account.ts';
import { type Access, arnOfCaller } from '../../../lib/emulator/iam/access.ts';
import { OPERATOR } from '../../../lib/emulator/wire/keys.ts';
import { AwsError, unknownOperation } from '../../../lib/emulator/wire/service.ts';
import { type Decision, evaluator, keysLookedAt, type Principal, type Question } from './evaluate.ts';
import { type Grant, grantsIn } from './grants.ts';
import type { Known } from './permission-question.ts';
import { always, isSupplied, needsOf } from './required-permissions.ts';
import type { Policies } from './template-policies.ts';

/** A call, as it was decided. */
export type Decided = Decision & {
  /** A function, the state machine, the operator, an ARN, or a service. */
  readonly caller: string;
};

export type AccessOptions = {
  readonly policies: Policies;
  readonly secretOf: Known['secret'];
  readonly secretsKey: Known['secretsKey'];
  /** As whom the person at this machine acts: one of the policies' people; without one, as the administrator. */
  readonly actsAs?: (() => string | undefined) | undefined;
  /** Told of every decision. */
  readonly onDecision: (decided: Decided) => void;
};

/** The person at this machine is the administrator of its account. */
const everything: readonly Grant[] = [{ of: OPERATOR, effect: 'Allow', action: '*', resource: '*' }];

/** Decides by the policies. Throws when one of them looks at a condition key that calls do not carry here. */
export const accessOf = ({ policies, secretOf, secretsKey, actsAs, onDecision }: AccessOptions): Access => {
  const { keysOfTopics } = policies;
  const known: Known = { secret: secretOf, keyOfTopic: (topicArn) => keysOfTopics.get(topicArn), secretsKey };
  const grants = [...grantsOf(policies), ...[...policies.people.values()].flat()];
  const unknown = [...keysLookedAt(grants)].filter((key) => !isSupplied(key));
  if (unknown.length > 0)
    throw new Error(
      `Policies look at ${unknown.join(', ')}, which no call carries on this machine: add it in test/iam/evaluation/required-permissions.ts.`,
    );
  const evaluate = evaluator(policies.ofResources, keysLookedAt(grants));

  const sessions = new Map<string, readonly Grant[]>();

  const decide = async (caller: string, { action, resource, context }: Question): Promise<Decision> => {
    const question = { action, resource, context: { ...always, ...context } };
    const role = caller === OPERATOR ? actsAs?.() : undefined;
    const principal = role === undefined ? principalOf(caller, policies, sessions) : personOf(role, policies);
    const decision = await evaluate(principal, question);
    onDecision({ ...decision, caller: role === undefined ? caller : personNamed(role) });
    return decision;
  };

  return {
    check: async ({ name }, service, operation, input) => {
      const needs = needsOf(service, operation);
      if (!needs) throw unknownOperation(operation);
      for (const question of needs(input, known)) {
        const decision = await decide(name, question);
        if (!decision.isAllowed) throw refusal(service, decision);
      }
      if (service === 'sts' && operation === 'AssumeRole') note(sessions, input);
    },
    checkTask: async (machineName, functionArn) => {
      const decision = await decide(machineName, {
        action: 'lambda:InvokeFunction',
        resource: functionArn,
        context: {},
      });
      if (!decision.isAllowed) throw new AwsError('AWSLambdaException', messageOf(decision), 403);
    },
    mayInvoke: async (servicePrincipal, functionArn, sourceArn) => {
      const context = { 'aws:SourceArn': sourceArn, 'aws:SourceAccount': accountId };
      const question = { action: 'lambda:InvokeFunction', resource: functionArn, context };
      return (await decide(servicePrincipal, question)).isAllowed;
    },
  };
};

/** What a session of a role may do: what its session policies say, as if the role itself might do everything. */
const note = (
  sessions: Map<string, readonly Grant[]>,
  { RoleArn, RoleSessionName, Policy }: Record<string, unknown>,
) => {
  const role = String(RoleArn);
  const session = `arn:aws:sts::${role.split(':')[4]}:assumed-role/${role.split('/').at(-1)}/${String(RoleSessionName)}`;
  const document: unknown = JSON.parse(String(Policy));
  sessions.set(session, [...(sessions.get(session) ?? []), ...grantsIn(session, document)]);
};

/**
 * Who a caller is to IAM. A session of a role has its session policies. A function and the state machine act in their roles; a caller named by the ARN of another
 * account may do whatever that account allows it, which is not ours to know; anybody else has no policies.
 */
const principalOf = (
  caller: string,
  { roles }: Policies,
  sessions: ReadonlyMap<string, readonly Grant[]>,
): Principal => {
  const ofSession = sessions.get(caller);
  if (ofSession) return { arn: caller, grants: ofSession };
  const role = roles.get(caller);
  const isOfOtherAccount = caller.startsWith('arn:') && !caller.includes(`::${accountId}:`);
  const grants = role?.grants ?? (caller === OPERATOR || isOfOtherAccount ? everything : []);
  return { arn: arnOfCaller(caller, new Map(role ? [[caller, role.name]] : [])), grants };
};

const personOf = (role: string, { people }: Policies): Principal => ({
  arn: `arn:aws:iam::${accountId}:user/${role}`,
  grants: people.get(role) ?? [],
});

/** How decisions name a person with the policy of a role as the caller. */
export const personNamed = (role: string): string => `person:${role}`;

/** SNS and STS answer in the Query protocol and have names of their own ("Common errors" of each); everything else is AccessDeniedException. */
const namesOfRefusal: Readonly<Record<string, readonly [string, number]>> = {
  sns: ['AuthorizationError', 403],
  sts: ['AccessDenied', 403],
  lambda: ['AccessDeniedException', 403],
};

/** "Troubleshoot access denied error messages" in the IAM User Guide. */
const messageOf = ({ principal, question: { action, resource }, because }: Decision): string =>
  `User: ${principal} is not authorized to perform: ${action} on resource: ${resource} ${because}`;

/** What a caller is told who may call the service, but not have it use the key of what is asked for. */
const refusalOfKey = (service: string, decision: Decision): AwsError | undefined => {
  if (service === 'sns') return new AwsError('KMSAccessDenied', messageOf(decision));
  if (service === 'secretsmanager') return new AwsError('AccessDeniedException', 'Access to KMS is not allowed');
  return undefined;
};

const refusal = (service: string, decision: Decision): AwsError => {
  const ofKey = decision.question.action.startsWith('kms:') ? refusalOfKey(service, decision) : undefined;
  if (ofKey) return ofKey;
  const [name, status] = namesOfRefusal[service] ?? ['AccessDeniedException', 400];
  return new AwsError(name, messageOf(decision), status);
};

/** The grants of every role and resource, for whoever counts their use. */
export const grantsOf = ({ roles, ofResources }: Policies): readonly Grant[] => [
  ...[...roles.values()].flatMap(({ grants }) => grants),
  ...[...ofResources.values()].flat(),
];
