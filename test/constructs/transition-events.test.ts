import { describe, expect, test } from 'vitest';
import { synthesised, text } from './synthesised.ts';

const stack = synthesised();

describe('the log group of transitions', () => {
  const rule = stack.ofType('AWS::Events::Rule').find(([id]) => id.startsWith('TransitionEventsCopy'))?.[1];

  test('gets every event of the bus, and survives the stack', () => {
    expect(text(rule?.Properties?.EventBusName)).toBe('{TransitionEventsBus}');
    expect(rule?.Properties?.EventPattern).toEqual({ source: ['gateway-credential-rotation'] });
    // Without `:*` at its end, as EventBridge documents it: with it, nothing is delivered.
    expect(text(rule?.Properties?.Targets)).toMatch(
      /^Arn=arn:\{AWS::Partition\}:logs:\{AWS::Region\}:\{AWS::AccountId\}:log-group:\/aws\/events\/\{AWS::StackName\}-\{AWS::StackId\}-transitions /,
    );
    expect((rule as unknown as { DependsOn?: readonly string[] }).DependsOn?.join()).toMatch(/CopiesPolicy/);
    const group = stack.ofType('AWS::Logs::LogGroup').find(([id]) => id.startsWith('TransitionEventsCopies'))?.[1];
    expect(text(group?.Properties?.LogGroupName)).toBe('/aws/events/{AWS::StackName}-{AWS::StackId}-transitions');
    expect(group).toMatchObject({ DeletionPolicy: 'RetainExceptOnCreate' });
  });

  test('may be written by EventBridge, and by nobody else', () => {
    const policies = stack
      .ofType('AWS::Logs::ResourcePolicy')
      .map(([, { Properties }]) => text(Properties?.PolicyDocument))
      .filter((policy) => policy.includes('TransitionEvents'));
    expect(policies).toHaveLength(1);
    const { Statement } = JSON.parse((policies[0] ?? '').replaceAll(/\{(\w+\.Arn)\}/g, '$1')) as {
      Statement: readonly { Principal: { Service: readonly string[] }; Action: readonly string[]; Resource: string }[];
    };
    expect(Statement).toMatchObject([
      {
        Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        Principal: { Service: ['events.amazonaws.com', 'delivery.logs.amazonaws.com'] },
        Resource: 'TransitionEventsCopies.Arn',
      },
    ]);
  });
});
