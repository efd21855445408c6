import { basename } from 'node:path';
import { defaultStackName } from '../defaults.ts';
import { accountId, arn, pseudoParameters as ofAnyStack, stackArn } from '../emulator/account.ts';
import { apiId } from '../emulator/api-gateway/event.ts';
import { type Deployed, type Resource, resourcesOf, type Template } from '../emulator/cloudformation/template.ts';

/** The name a function has here: that of its source file. */
export const functionNameOf = (source: string): string => basename(source, '.ts');

/** The name of the one state machine. */
export const stateMachineName = 'rotation';

/** The one stack of this machine. */
export const localStack = { name: defaultStackName, id: stackArn(defaultStackName) } as const;

/** The values of CloudFormation's pseudo parameters here. */
export const pseudoParameters = {
  ...ofAnyStack,
  'AWS::StackName': localStack.name,
  'AWS::StackId': localStack.id,
} as const;

const namedBy: Readonly<Record<string, (logicalId: string, resource: Resource) => Deployed>> = {
  'AWS::DynamoDB::Table': (id) => ({ ref: id, attributes: { Arn: arn('dynamodb', `table/${id}`) } }),
  'AWS::Events::EventBus': (id) => ({ ref: id, attributes: { Arn: arn('events', `event-bus/${id}`), Name: id } }),
  'AWS::SNS::Topic': (id) => ({ ref: arn('sns', id), attributes: { TopicArn: arn('sns', id), TopicName: id } }),
  'AWS::KMS::Key': (id) => ({ ref: id, attributes: { Arn: arn('kms', `key/${id}`) } }),
  'AWS::Logs::LogGroup': (id) => ({ ref: id, attributes: { Arn: arn('logs', `log-group:${id}:*`) } }),
  'AWS::IAM::Role': (id) => ({ ref: id, attributes: { Arn: `arn:aws:iam::${accountId}:role/${id}` } }),
  'AWS::SQS::Queue': (id) => ({ ref: id, attributes: { Arn: arn('sqs', id), QueueName: id } }),
  'AWS::Events::Rule': (id) => ({ ref: id, attributes: { Arn: arn('events', `rule/${id}`) } }),
  'AWS::ApiGateway::RestApi': () => ({ ref: apiId, attributes: { RootResourceId: 'root' } }),
  'AWS::ApiGateway::Authorizer': (id) => ({ ref: id, attributes: {} }),
  'AWS::ApiGateway::Stage': (_, { Properties }) => ({ ref: String(Properties?.StageName), attributes: {} }),
  'AWS::StepFunctions::StateMachine': () => {
    const machine = arn('states', `stateMachine:${stateMachineName}`);
    return { ref: machine, attributes: { Arn: machine, Name: stateMachineName } };
  },
  'AWS::Lambda::Function': (id, { Metadata }) => {
    const name = functionNameOf(String(Metadata?.source ?? id));
    return { ref: name, attributes: { Arn: arn('lambda', `function:${name}`) } };
  },
};

const namesIn = (template: Template): readonly (readonly [string, Deployed])[] =>
  Object.keys(namedBy).flatMap((type) =>
    resourcesOf(template, type).flatMap(({ logicalId, ...resource }) => {
      const named = namedBy[type]?.(logicalId, resource);
      return named ? [[logicalId, named] as const] : [];
    }),
  );

/** What every resource of the template is called on this machine; those it does not play are left out. An alias is its function: there is one version. */
export const deployedNames = (template: Template): ReadonlyMap<string, Deployed> => {
  const names = new Map(namesIn(template));
  const aliases = resourcesOf(template, 'AWS::Lambda::Alias').flatMap(({ logicalId, Properties }) => {
    const named = names.get(String(Object(Properties?.FunctionName).Ref));
    return named ? [[logicalId, { ...named, ref: named.attributes.Arn ?? named.ref }] as const] : [];
  });
  return new Map([...names, ...aliases]);
};
