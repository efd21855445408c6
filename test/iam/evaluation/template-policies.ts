import { arn } from '../../../lib/emulator/account.ts';
import { resourcesOf, type Template, Unresolved } from '../../../lib/emulator/cloudformation/template.ts';
import { keysOfTopics } from '../../../lib/local/encryption-keys.ts';
import { rolesOf } from '../../../lib/local/roles.ts';
import { type Grant, grantsIn } from './grants.ts';

/** The policies of a template, with everything resolved. */
export type Policies = {
  /** The roles that this machine plays, by who acts in them: the name of a function or state machine. */
  readonly roles: ReadonlyMap<string, Role>;
  /** The policies of resources, by ARN. */
  readonly ofResources: ReadonlyMap<string, readonly Grant[]>;
  /** The managed policies of people, by what they do here, such as Viewer. */
  readonly people: ReadonlyMap<string, readonly Grant[]>;
  /** The keys that encrypt topics, by the ARN of the topic. */
  readonly keysOfTopics: ReadonlyMap<string, string>;
};
export type Role = { readonly name: string; readonly grants: readonly Grant[] };

type Resolve = (value: unknown) => unknown;
type Properties = Readonly<Record<string, unknown>>;

const listOf = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value];

const roleOf = (template: Template, resolve: Resolve, name: string): Role => {
  const own = template.Resources[name]?.Properties ?? {};
  for (const property of ['ManagedPolicyArns', 'PermissionsBoundary'])
    if (own[property] !== undefined)
      throw new Unresolved(`The role ${name} has ${property}, which this machine does not evaluate.`);
  const attached = resourcesOf(template, 'AWS::IAM::Policy').filter(({ Properties }) =>
    listOf(Properties?.Roles).some((role) => resolve(role) === name),
  );
  const documents = [
    ...listOf(own.Policies).map((inline) => (inline as Properties).PolicyDocument),
    ...attached.map(({ Properties }) => Properties?.PolicyDocument),
  ];
  return { name, grants: documents.flatMap((document) => grantsIn(name, resolve(document))) };
};

/** The statement that AddPermission makes of an AWS::Lambda::Permission ("Lambda resource-based policies"). */
const statementOf = (permission: Properties, functionArn: string): object => {
  const {
    Action,
    FunctionName: _,
    Principal,
    SourceArn,
    SourceAccount,
    FunctionUrlAuthType,
    InvokedViaFunctionUrl,
    ...rest
  } = permission;
  if (Object.keys(rest).length > 0)
    throw new Unresolved(
      `A Lambda permission has ${Object.keys(rest).join(', ')}, which this machine does not evaluate.`,
    );
  const conditions = {
    ...(SourceArn === undefined ? {} : { ArnLike: { 'aws:SourceArn': SourceArn } }),
    ...(InvokedViaFunctionUrl === undefined
      ? {}
      : { Bool: { 'lambda:InvokedViaFunctionUrl': `${InvokedViaFunctionUrl}` } }),
  };
  const equal = {
    ...(SourceAccount === undefined ? {} : { 'aws:SourceAccount': SourceAccount }),
    ...(FunctionUrlAuthType === undefined ? {} : { 'lambda:FunctionUrlAuthType': FunctionUrlAuthType }),
  };
  const Condition = { ...conditions, ...(Object.keys(equal).length === 0 ? {} : { StringEquals: equal }) };
  const who = String(Principal);
  return {
    Effect: 'Allow',
    Principal: who.endsWith('.amazonaws.com') ? { Service: who } : who === '*' ? '*' : { AWS: who },
    Action,
    Resource: functionArn,
    ...(Object.keys(Condition).length === 0 ? {} : { Condition }),
  };
};

/** Of each kind of resource that has a policy: the ARNs it is for, and its statements. */
const resourcePolicies: Readonly<
  Record<string, (of: Properties) => readonly (readonly [string, readonly unknown[]])[]>
> = {
  'AWS::Lambda::Permission': (of) => {
    const given = String(of.FunctionName);
    const functionArn = given.startsWith('arn:') ? given : arn('lambda', `function:${given}`);
    return [[functionArn, [statementOf(of, functionArn)]]];
  },
  'AWS::SNS::TopicPolicy': (of) =>
    listOf(of.Topics).map((topic) => [String(topic), listOf((of.PolicyDocument as Properties).Statement)] as const),
  'AWS::Events::EventBusPolicy': (of) => [
    [arn('events', `event-bus/${String(of.EventBusName)}`), listOf(of.Statement)],
  ],
};

/** A key's policy speaks of "*", which is the key itself. */
const keyPolicies = (template: Template, resolve: Resolve): readonly (readonly [string, readonly unknown[]])[] =>
  resourcesOf(template, 'AWS::KMS::Key').map(({ logicalId, Properties }) => [
    String(resolve({ 'Fn::GetAtt': [logicalId, 'Arn'] })),
    listOf((resolve(Properties?.KeyPolicy) as Properties).Statement),
  ]);

const peopleOf = (template: Template, resolve: Resolve): ReadonlyMap<string, readonly Grant[]> =>
  new Map(
    resourcesOf(template, 'AWS::IAM::ManagedPolicy').map(({ logicalId, Properties }) => {
      const role = /^People(\w+)[0-9A-F]{8}$/.exec(logicalId)?.[1] ?? logicalId;
      return [role, grantsIn(role, resolve(Properties?.PolicyDocument))];
    }),
  );

/** Reads every policy that decides about calls on this machine. Throws `Unresolved` for whatever has no value or is not evaluated here. */
export const policiesOf = (template: Template, resolve: Resolve): Policies => {
  const found = Object.entries(resourcePolicies).flatMap(([type, read]) =>
    resourcesOf(template, type).flatMap(({ Properties }) => read(resolve(Properties ?? {}) as Properties)),
  );
  const ofResources = new Map<string, readonly Grant[]>();
  for (const [arn, Statement] of [...found, ...keyPolicies(template, resolve)])
    ofResources.set(arn, [...(ofResources.get(arn) ?? []), ...grantsIn(arn, { Statement })]);
  return {
    roles: new Map([...rolesOf(template, resolve)].map(([actor, role]) => [actor, roleOf(template, resolve, role)])),
    ofResources,
    people: peopleOf(template, resolve),
    keysOfTopics: keysOfTopics(template, resolve),
  };
};
