import { AwsError, type AwsService, unknownOperation } from '../wire/service.ts';

/** The one stack of this machine, as it answers for itself. */
export type Stack = {
  readonly name: string;
  readonly id: string;
  readonly createdAtMs: number;
  readonly outputs: Readonly<Record<string, string>>;
};

const stackName = /^(?:[a-zA-Z][-a-zA-Z0-9]*|arn:[-a-zA-Z0-9:/._+]*)$/;

/** The emulated CloudFormation: DescribeStacks only, by which programs find the names of what is deployed. */
export const createCloudFormation = ({ name, id, createdAtMs, outputs }: Stack): AwsService => ({
  signingName: 'cloudformation',
  call: async (operation, { StackName }) => {
    if (operation !== 'DescribeStacks') throw unknownOperation(operation);
    if (StackName !== undefined && (typeof StackName !== 'string' || !stackName.test(StackName)))
      throw new AwsError(
        'ValidationError',
        `1 validation error detected: Value at 'stackName' failed to satisfy constraint: Member must satisfy regular expression pattern: ${stackName.source}`,
      );
    if (StackName !== undefined && StackName !== name && StackName !== id)
      throw new AwsError('ValidationError', `Stack with id ${StackName} does not exist`);
    const Outputs = Object.entries(outputs).map(([OutputKey, OutputValue]) => ({ OutputKey, OutputValue }));
    const CreationTime = new Date(createdAtMs).toISOString();
    return { Stacks: [{ StackName: name, StackId: id, CreationTime, StackStatus: 'CREATE_COMPLETE', Outputs }] };
  },
});
