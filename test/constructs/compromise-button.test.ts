import { describe, expect, test } from 'vitest';
import { synthesised, text } from './synthesised.ts';

const principals = '111122223333, arn:aws:iam::444455556666:role/security-hub';
const stack = synthesised({ compromisePrincipals: principals as unknown as string[] });
const buses = stack.ofType('AWS::Events::EventBus').map(([id]) => text({ Ref: id }));

describe('the bus of the compromise button', () => {
  test('is one of its own', () => expect(buses).toEqual(['{TransitionEventsBus}', '{CompromiseButtonBus}']));

  test('lets the named principals press, and put nothing else', () => {
    const [[, policy] = []] = stack.ofType('AWS::Events::EventBusPolicy');
    expect(text(policy?.Properties?.EventBusName)).toBe('{CompromiseButtonBus}');
    const Statement = (policy?.Properties?.Statement ?? {}) as Record<string, unknown>;
    expect(Statement).toMatchObject({
      Action: 'events:PutEvents',
      Condition: { StringEquals: { 'events:detail-type': 'Gateway Credential Compromised v1' } },
    });
    expect(text(Statement.Principal)).toBe(
      'AWS=arn:{AWS::Partition}:iam::111122223333:root, arn:aws:iam::444455556666:role/security-hub',
    );
  });

  test('has no resource policy when nobody is named: only this account presses, by its own permissions', () => {
    expect(synthesised().ofType('AWS::Events::EventBusPolicy')).toEqual([]);
  });

  test('calls the compromise function, and keeps what fails where an alarm sees it', () => {
    const rule = stack.ofType('AWS::Events::Rule').find(([id]) => id.startsWith('CompromiseButton'))?.[1];
    expect(rule?.Properties?.EventPattern).toEqual({ 'detail-type': ['Gateway Credential Compromised v1'] });
    expect(text(rule?.Properties?.Targets)).toContain('Arn={Compromise.Arn}');
    expect(text(rule?.Properties?.Targets)).toContain('DeadLetterConfig=Arn={CompromiseButtonFailed.Arn}');
    const asynchronous = stack
      .ofType('AWS::Lambda::EventInvokeConfig')
      .find(([, { Properties }]) => text(Properties?.FunctionName) === '{Compromise}');
    expect(text(asynchronous?.[1].Properties?.DestinationConfig)).toContain('{CompromiseButtonFailed.Arn}');
    const alarm = stack.ofType('AWS::CloudWatch::Alarm').find(([id]) => id.startsWith('AlarmsPressFailed'))?.[1];
    expect(alarm?.Properties).toMatchObject({
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Threshold: 0,
      ComparisonOperator: 'GreaterThanThreshold',
    });
    expect(text(alarm?.Properties?.Dimensions)).toContain('{CompromiseButtonFailed.QueueName}');
  });

  test('refuses a principal that is none', () => {
    const wrong = { compromisePrincipals: '1234, *' as unknown as string[] };
    expect(() => synthesised(wrong)).toThrow(
      /compromisePrincipals: given "1234, \*"; allowed are accounts \(12 digits\)/,
    );
  });
});
