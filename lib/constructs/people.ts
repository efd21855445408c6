import { ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { EvidenceKey } from './evidence-key.ts';
import { acceptWildcard } from './exceptions.ts';
import type { RotationFunction } from './rotation-function.ts';
import type { RotationWorkflow } from './rotation-workflow.ts';

/** What people do something with. */
export type PeopleProps = {
  readonly functions: Readonly<
    Record<'ApplyRegistry' | 'Compromise' | 'Console' | 'ConsoleAct' | 'Evidence', RotationFunction>
  >;
  /** The ARN of the alias of the function Operate whose URL takes decisions. */
  readonly decideAt: string;
  /** The ARN of the alias of the function OwnKits whose URL lets owners look after their own kits. */
  readonly ownKitsAt: string;
  /** The ARNs of the aliases that plan rotations and the registry, and do nothing else. */
  readonly plansAt: readonly string[];
  readonly workflow: RotationWorkflow;
  readonly evidenceKey: EvidenceKey;
};

/** One thing that somebody may do; `because` says why a resource is a pattern. */
type Right = {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly because?: string;
};

/**
 * Who may do what, of people and of the pipelines that act for them: each role with its rights. What the functions of the stack may do stands in
 * `grants.ts`.
 */
const rightsOf = (find: Right, { functions, decideAt, ownKitsAt, plansAt, workflow, evidenceKey }: PeopleProps) => {
  const look: Right = {
    actions: ['lambda:InvokeFunction'],
    resources: [functions.Console.functionArn, ...plansAt],
  };
  return {
    Viewer: [find, look],
    Operator: [find, look, ...throughUrl(decideAt), ...rotate(workflow), invoke(functions.ConsoleAct)],
    Emergency: [find, look, invoke(functions.Compromise)],
    KitOwner: [find, look, ...throughUrl(ownKitsAt)],
    Auditor: [find, look, invoke(functions.Evidence), readKey(evidenceKey)],
    Registry: [find, look, invoke(functions.ApplyRegistry)],
  } as const satisfies Readonly<Record<string, readonly Right[]>>;
};

const says = {
  Viewer: 'Looks at gateways, kits, rotations and history, plans the registry, and compares what kits hold.',
  Operator: 'Plans and rotates, decides about rotations and kits, and acts in the console, which has the button too.',
  Emergency: 'Presses the compromise button.',
  KitOwner: 'Looks at what kits wait for, and acknowledges his own.',
  Auditor: 'Exports evidence, and reads the public half of the key that signs it.',
  Registry: 'Applies gateways.json: in effect, the power over every gateway.',
} as const;

/** The roles of people. */
export type PeopleRole = keyof ReturnType<typeof rightsOf>;

const invoke = (one: RotationFunction): Right => ({
  actions: ['lambda:InvokeFunction'],
  resources: [one.functionArn],
});

/** Through the URL alone, where AWS names the caller: who invoked the function himself could name himself as he likes. */
const throughUrl = (aliasArn: string): readonly Right[] => [
  {
    actions: ['lambda:InvokeFunctionUrl'],
    resources: [aliasArn],
    conditions: { StringEquals: { 'lambda:FunctionUrlAuthType': 'AWS_IAM' } },
  },
  {
    actions: ['lambda:InvokeFunction'],
    resources: [aliasArn],
    conditions: { Bool: { 'lambda:InvokedViaFunctionUrl': 'true' } },
  },
];

const rotate = ({ stateMachine, executionsArn }: RotationWorkflow): readonly Right[] => [
  { actions: ['states:StartExecution'], resources: [stateMachine.stateMachineArn] },
  {
    actions: ['states:DescribeExecution'],
    resources: [executionsArn],
    because: 'Every start is an execution of its own, of this one state machine.',
  },
];

const readKey = ({ keyArn }: EvidenceKey): Right => ({ actions: ['kms:GetPublicKey'], resources: [keyArn] });

/** The managed policies that people's roles and groups get; a policy that was made is attached by whoever has the people. */
export class People extends Construct {
  readonly policies: Readonly<Record<PeopleRole, ManagedPolicy>>;

  constructor(scope: Construct, id: string, props: PeopleProps) {
    super(scope, id);
    const stack = Stack.of(this);
    const find: Right = {
      actions: ['cloudformation:DescribeStacks'],
      resources: [
        stack.formatArn({ service: 'cloudformation', resource: 'stack', resourceName: `${stack.stackName}/*` }),
      ],
      because: 'Asked for by its name, a stack has whatever id.',
    };
    const rights: Readonly<Record<PeopleRole, readonly Right[]>> = rightsOf(find, props);
    const policyOf = (role: PeopleRole): ManagedPolicy => {
      const policy = new ManagedPolicy(this, role, {
        description: says[role],
        statements: rights[role].map(
          ({ actions, resources, conditions }) =>
            new PolicyStatement({
              actions: [...actions],
              resources: [...resources],
              ...(conditions ? { conditions } : {}),
            }),
        ),
      });
      for (const { resources, because } of rights[role])
        if (because !== undefined) for (const resource of resources) acceptWildcard(policy, resource, because);
      return policy;
    };
    this.policies = {
      Viewer: policyOf('Viewer'),
      Operator: policyOf('Operator'),
      Emergency: policyOf('Emergency'),
      KitOwner: policyOf('KitOwner'),
      Auditor: policyOf('Auditor'),
      Registry: policyOf('Registry'),
    };
  }
}
