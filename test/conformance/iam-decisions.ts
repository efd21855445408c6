import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { accountId } from '../../lib/emulator/account.ts';
import { resolverFor } from '../../lib/emulator/cloudformation/template.ts';
import { deployedNames, pseudoParameters } from '../../lib/local/names.ts';
import { synthesise } from '../../lib/synthesise.ts';
import { gateways } from '../constructs/synthesised.ts';
import { evaluator } from '../iam/evaluation/evaluate.ts';
import { documentOf, type Grant } from '../iam/evaluation/grants.ts';
import { policiesOf } from '../iam/evaluation/template-policies.ts';

/** How often two evaluators were asked about the policies of the template, and where they disagree. */
export type Comparison = {
  readonly asked: number;
  readonly withCondition: number;
  readonly disagreed: readonly string[];
};

const nameOf = ({ action, resource }: Grant): string => `${action} on ${resource}`;

/** A pattern of a resource, made to one resource that it matches; `*` alone is for actions that have no resource. */
const concrete = (resource: string): string => (resource === '*' ? resource : resource.replaceAll('*', 'any'));

/** The services whose calls are decided on this machine. */
const isDecidedHere = ({ action }: Grant): boolean =>
  /^(dynamodb|secretsmanager|states|lambda|sns|events|kms):/.test(action);

/**
 * Asks of every role of the template whether it may do what any role may, by the evaluator of this machine and by moto's.
 * Statements with a condition are left out: moto evaluates conditions of trust policies only.
 */
export const compareDecisions = async (python: string): Promise<Comparison> => {
  const template = synthesise({ gateways });
  const { roles, ofResources } = policiesOf(template, resolverFor(deployedNames(template), pseudoParameters));
  const all = [...roles.values()].flatMap(({ grants }) => grants);
  const plain = [...roles].map(([name, { grants }]) => ({
    name,
    grants: grants.filter(isDecidedHere).filter((one) => !one.condition),
  }));
  const distinct = [...new Map(plain.flatMap(({ grants }) => grants).map((grant) => [nameOf(grant), grant])).values()];
  const questions = plain.flatMap(({ name, grants }, role) =>
    distinct.map((one) => ({ role, name, grants, action: one.action, resource: concrete(one.resource) })),
  );

  const evaluate = evaluator(ofResources, new Set());
  const here: boolean[] = [];
  for (const { name, grants, action, resource } of questions) {
    const principal = { arn: `arn:aws:iam::${accountId}:role/${name}`, grants };
    here.push((await evaluate(principal, { action, resource, context: {} })).isAllowed);
  }
  const input = JSON.stringify({
    policies: plain.map(({ grants }) => documentOf(grants)),
    questions: questions.map(({ role, action, resource }) => [role, action, resource]),
  });
  const there: boolean[] = JSON.parse(
    execFileSync(python, [join(import.meta.dirname, 'moto', 'decide.py')], { input, encoding: 'utf8' }),
  );
  return {
    asked: questions.length,
    withCondition: all.filter(({ condition }) => condition).length,
    disagreed: questions
      .filter((_, index) => here[index] !== there[index])
      .map(({ name, action, resource }) => `${name}: ${action} on ${resource}`),
  };
};
