import { describe, expect, test } from 'vitest';
import { resolverFor, type Template } from '../../lib/emulator/cloudformation/template.ts';
import { deployedNames, pseudoParameters } from '../../lib/local/names.ts';
import { synthesise } from '../../lib/synthesise.ts';
import { gateways } from '../constructs/synthesised.ts';
import { accessOf } from './evaluation/access.ts';
import { evaluator, keysLookedAt } from './evaluation/evaluate.ts';
import { grantsIn } from './evaluation/grants.ts';
import { needsOf } from './evaluation/required-permissions.ts';
import { policiesOf } from './evaluation/template-policies.ts';
import { lineOf } from './grant-line.ts';

const statement = (changed: object = {}) => ({
  Effect: 'Allow',
  Action: ['dynamodb:GetItem', 'dynamodb:Query'],
  Resource: { 'Fn::GetAtt': ['Table', 'Arn'] },
  ...changed,
});
const template = (Statement: object, role: Readonly<Record<string, unknown>> = {}): Template => ({
  Resources: {
    Table: { Type: 'AWS::DynamoDB::Table' },
    Role: { Type: 'AWS::IAM::Role', Properties: role },
    Policy: {
      Type: 'AWS::IAM::Policy',
      Properties: { Roles: [{ Ref: 'Role' }], PolicyDocument: { Statement: [Statement] } },
    },
    Function: {
      Type: 'AWS::Lambda::Function',
      Metadata: { source: 'lambdas/reader.ts' },
      Properties: { Role: { 'Fn::GetAtt': ['Role', 'Arn'] } },
    },
  },
});
const policies = (given: Template) => policiesOf(given, resolverFor(deployedNames(given), pseudoParameters));

describe('The policies of a template', () => {
  test('are those of the role of each function, with the ARNs of this machine', () => {
    expect(policies(template(statement())).roles.get('reader')?.grants.map(lineOf)).toEqual([
      'dynamodb:GetItem on arn:aws:dynamodb:us-east-1:000000000000:table/Table',
      'dynamodb:Query on arn:aws:dynamodb:us-east-1:000000000000:table/Table',
    ]);
  });

  test('are those of resources too: who may put events on the bus of the button, and who may invoke', () => {
    const compromisePrincipals = ['111111111111', 'arn:aws:iam::222222222222:role/detector'];
    const { ofResources } = policies(synthesise({ gateways, compromisePrincipals }));
    const grantsOf = (arn: RegExp) =>
      [...ofResources].flatMap(([resource, grants]) =>
        arn.test(resource) ? grants.map(({ principal, condition }) => ({ principal, condition })) : [],
      );

    expect(grantsOf(/:event-bus\/CompromiseButtonBus/)).toEqual([
      {
        principal: { AWS: ['arn:aws:iam::111111111111:root', 'arn:aws:iam::222222222222:role/detector'] },
        condition: { StringEquals: { 'events:detail-type': 'Gateway Credential Compromised v1' } },
      },
    ]);
    expect(grantsOf(/:function:rotate-secret$/)).toEqual([
      {
        principal: { Service: 'secretsmanager.amazonaws.com' },
        condition: { StringEquals: { 'aws:SourceAccount': '000000000000' } },
      },
    ]);
  });

  test.each([
    [
      'a resource that has no value here',
      statement({ Resource: { Ref: 'Elsewhere' } }),
      {},
      'Ref Elsewhere has no value',
    ],
    ['an element that is not evaluated', statement({ NotAction: 'iam:*' }), {}, 'NotAction'],
    [
      'a managed policy',
      statement(),
      { ManagedPolicyArns: ['arn:aws:iam::aws:policy/ReadOnlyAccess'] },
      'ManagedPolicyArns',
    ],
    ['a boundary', statement(), { PermissionsBoundary: 'arn:aws:iam::0:policy/b' }, 'PermissionsBoundary'],
  ])('refuses to start with %s', (_, given, role, message) => {
    expect(() => policies(template(given, role))).toThrow(message);
  });

  test('refuses to start with a condition that no call here carries', () => {
    const given = policies(template(statement({ Condition: { StringEquals: { 'aws:SourceVpc': 'vpc-1' } } })));

    expect(() =>
      accessOf({ policies: given, secretOf: () => undefined, secretsKey: undefined, onDecision: () => undefined }),
    ).toThrow('aws:sourcevpc');
  });
});

test.each([
  ['dynamodb', 'CreateBackup'],
  ['iam', 'CreateUser'],
  ['secretsmanager', 'constructor'],
])('refuses a call that the table does not have: %s %s', async (service, operation) => {
  expect(needsOf(service, operation)).toBeUndefined();
  const noPolicies = {
    roles: new Map(),
    people: new Map(),
    ofResources: new Map(),
    keysOfTopics: new Map(),
  };
  const { check } = accessOf({
    policies: noPolicies,
    secretOf: () => undefined,
    secretsKey: undefined,
    onDecision: () => undefined,
  });

  await expect(check({ name: 'operator' }, service, operation, {})).rejects.toMatchObject({
    name: 'UnknownOperationException',
  });
});

test('decides anew when a condition key that a policy looks at has another value, and only then', async () => {
  const statement = {
    Effect: 'Allow',
    Action: 'secretsmanager:GetSecretValue',
    Resource: '*',
    Condition: { StringEquals: { 'aws:ResourceTag/kit': 'yes' } },
  };
  const grants = grantsIn('Role', { Statement: [statement] });
  const evaluate = evaluator(new Map(), keysLookedAt(grants));
  const asked = (context: Record<string, string>) =>
    evaluate(
      { arn: 'arn:aws:iam::000000000000:role/Role', grants },
      {
        action: 'secretsmanager:GetSecretValue',
        resource: 'arn:aws:secretsmanager:us-east-1:000000000000:secret:a-AbCdEf',
        context,
      },
    );
  const allowed = await asked({ 'aws:ResourceTag/kit': 'yes' });

  expect(allowed.isAllowed).toBe(true);
  expect((await asked({ 'aws:ResourceTag/kit': 'no' })).isAllowed).toBe(false);
  expect((await asked({})).isAllowed).toBe(false);
  expect(await asked({ 'aws:ResourceTag/kit': 'yes', 'secretsmanager:VersionStage': 'AWSCURRENT' })).toBe(allowed);
});

test('an action that AWS does not have is a defect of the table, not a refusal', async () => {
  const principal = { arn: 'arn:aws:iam::000000000000:user/operator', grants: grantsIn('o', { Statement: [] }) };
  const question = {
    action: 'dynamodb:ReadItem',
    resource: 'arn:aws:dynamodb:us-east-1:000000000000:table/t',
    context: {},
  };

  await expect(evaluator(new Map(), new Set())(principal, question)).rejects.toThrow('invalid.action');
});
