import { Stack, Validations } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';

/** Accepts what a rule of cdk-nag finds in a construct and below it, for a reason. Whatever is not accepted fails synthesis. */
export const accept = (construct: IConstruct, rule: `AwsSolutions-${string}`, reason: string): void =>
  Validations.of(construct).acknowledge({ id: `AwsSolutions::${rule}`, reason });

/** Accepts this one wildcard in the permissions of a role. */
export const acceptWildcard = (role: IConstruct, resource: string, reason: string): void =>
  accept(role, `AwsSolutions-IAM5[Resource::${asNagWrites(Stack.of(role).resolve(resource))}]`, reason);

/** cdk-nag names a finding by its text, with `<Id>` for a reference and `<Id.Attribute>`. */
const asNagWrites = (value: unknown): string => {
  if (typeof value === 'string') return value;
  const [[name, of] = []] = Object.entries(value as Record<string, unknown>);
  if (name !== 'Ref' && name !== 'Fn::GetAtt' && name !== 'Fn::Join') return JSON.stringify(value);
  if (name === 'Ref') return `<${of}>`;
  const parts = of as unknown[];
  if (name === 'Fn::GetAtt') return `<${parts.join('.')}>`;
  return (parts[1] as unknown[]).map(asNagWrites).join(String(parts[0]));
};
