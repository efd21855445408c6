import type { Context } from 'aws-lambda';
import { describe, expect, test, vi } from 'vitest';
import { eventMetrics, gaugeMetrics, type Metric, policyCheckMetrics } from '../../lambdas/domain/metric.ts';
import { lambda } from '../../lambdas/runtime/lambda.ts';
import { lambda as leanLambda } from '../../lambdas/runtime/lean-lambda.ts';
import { countMetric, type Log, recordGauges } from '../../lambdas/runtime/log.ts';
import { printedBy } from '../runtime/printed.ts';
import { synthesised, text } from './synthesised.ts';

vi.hoisted(() => {
  process.env.POWERTOOLS_SERVICE_NAME = '{AWS::StackName}-{AWS::StackId}'; // as the template says it, read as this test reads it
});

const stack = synthesised();
const alarms = new Map(
  stack
    .ofType('AWS::CloudWatch::Alarm')
    .map(([id, { Properties }]) => [id.replace(/^Alarms|.{8}$/g, ''), Properties ?? {}]),
);

type Embedded = {
  readonly CloudWatchMetrics: readonly {
    readonly Namespace: string;
    readonly Dimensions: readonly (readonly string[])[];
    readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[];
  }[];
};

/** The metrics, by namespace, name and dimensions, that CloudWatch makes of what a function prints. */
const madeOf = async (
  makes: typeof lambda | typeof leanLambda,
  emit: (log: Log) => void,
): Promise<readonly string[]> => {
  const handler = makes<object, void>(
    ({ log }) =>
      async () =>
        emit(log),
  );
  const lines = await printedBy(() => handler({}, {} as Context));
  return lines.flatMap((line) =>
    (line._aws as Embedded).CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics }) =>
      Dimensions.flatMap((names) =>
        Metrics.map(({ Name }) => {
          expect(line[Name]).toBeTypeOf('number');
          return `${Namespace} ${Name} ${names.map((name) => `${name}=${line[name]}`).join(' ')}`;
        }),
      ),
    ),
  );
};
const counted = (name: Metric) => (log: Log) => countMetric(log, name, { gatewayId: 'orders' });
const emitted: string[] = [];
for (const name of policyCheckMetrics) emitted.push(...(await madeOf(leanLambda, counted(name))));
for (const name of eventMetrics) emitted.push(...(await madeOf(lambda, counted(name))));
for (const name of gaugeMetrics) emitted.push(...(await madeOf(lambda, (log) => recordGauges(log, { [name]: 3 }))));
const own = [...alarms].filter(([, { Namespace }]) => Namespace === 'GatewayCredentialRotation');

describe('alarms on what our functions count', () => {
  test.for(own)(
    '%s names the very metric and dimensions that the code emits',
    ([, { Namespace, MetricName, Dimensions }]) => {
      const dimensions = (Dimensions as readonly { Name: string; Value: unknown }[]).map(
        (one) => `${one.Name}=${text(one.Value)}`,
      );
      expect(emitted).toContain(`${Namespace} ${MetricName} ${dimensions.join(' ')}`);
    },
  );

  test('there is one for everything that is counted', () => {
    const names = [...policyCheckMetrics, ...eventMetrics, ...gaugeMetrics];
    expect(own.map(([, { MetricName }]) => MetricName).toSorted()).toEqual(names.toSorted());
  });

  test('counts are summed, measures are not', () => {
    for (const [, { MetricName, Statistic }] of own)
      expect(Statistic, String(MetricName)).toBe(
        gaugeMetrics.some((gauge) => gauge === MetricName) ? 'Maximum' : 'Sum',
      );
  });
});

describe('alarms on what AWS counts', () => {
  const aws = [...alarms].filter(([, { Namespace }]) => Namespace !== 'GatewayCredentialRotation');
  test('name the metrics of the very resources', () => {
    expect(
      Object.fromEntries(
        aws.map(([name, { Namespace, MetricName, Dimensions }]) => [
          name,
          `${Namespace} ${MetricName} ${(Dimensions as { Name: string; Value: unknown }[]).map((one) => `${one.Name}=${text(one.Value)}`).join(' ')}`,
        ]),
      ),
    ).toEqual({
      RotationFailed: 'AWS/States ExecutionsFailed StateMachineArn={WorkflowStateMachine}',
      RotationTimedOut: 'AWS/States ExecutionsTimedOut StateMachineArn={WorkflowStateMachine}',
      RotationAborted: 'AWS/States ExecutionsAborted StateMachineArn={WorkflowStateMachine}',
      SecretRotationFailed: 'AWS/Lambda Errors FunctionName={RotateSecret}',
      AuthorizerErrors: 'AWS/Lambda Errors FunctionName={PolicyCheckAuthorize}',
      AuthorizerSlow: 'AWS/Lambda Duration FunctionName={PolicyCheckAuthorize}',
      AuthorizerThrottled: 'AWS/Lambda Throttles FunctionName={PolicyCheckAuthorize}',
      PolicyCheckFails:
        'AWS/ApiGateway 5XXError ApiName=policy-check-{AWS::StackName}-{AWS::StackId} Stage={PolicyCheckApiDeploymentStagev1}',
      GatewayReadsThrottled: 'AWS/DynamoDB ReadThrottleEvents TableName={GatewayStoreGatewaysTable}',
      PressFailed: 'AWS/SQS ApproximateNumberOfMessagesVisible QueueName={CompromiseButtonFailed.QueueName}',
      CompromiseFails: 'AWS/Lambda Errors FunctionName={Compromise}',
      ConsoleActFails: 'AWS/Lambda Errors FunctionName={ConsoleAct}',
      UndeliveredEvents: 'AWS/SQS ApproximateNumberOfMessagesVisible QueueName={DeadLettersQueue.QueueName}',
    });
  });
});

describe('every alarm', () => {
  test.for([...alarms])(
    '%s says what to do, and tells the operators when it is raised and when it is over',
    ([, alarm]) => {
      expect(String(alarm.AlarmDescription).length).toBeGreaterThan(100);
      expect(String(alarm.AlarmDescription).length).toBeLessThanOrEqual(1024); // CloudWatch's limit
      for (const actions of [alarm.AlarmActions, alarm.OKActions]) expect(text(actions)).toBe('{OperatorsTopic}');
    },
  );

  test('is raised by a number; only that of the silent reconciler by silence', () => {
    const bySilence = [...alarms].filter(([, { TreatMissingData }]) => TreatMissingData === 'breaching');
    expect(bySilence.map(([name]) => name)).toEqual(['ReconcilerSilent']);
    for (const [, { ComparisonOperator }] of alarms) expect(ComparisonOperator).toBe('GreaterThanThreshold');
  });

  test('names a metric that has a number as often as the alarm asks for one', () => {
    expect(alarms.get('ScheduleOverdue')?.Period).toBe(1800); // measured every 15 minutes
    expect(alarms.get('ReconcilerSilent')?.Period).toBe(300); // measured every minute
  });
});

describe("the operators' topic", () => {
  const policyOf = (type: string, id: RegExp): string =>
    JSON.stringify(stack.ofType(type).find(([found]) => id.test(found))?.[1].Properties);

  test('is encrypted, with a key that CloudWatch of this account may use', () => {
    const topic = stack.ofType('AWS::SNS::Topic').find(([id]) => id.startsWith('Operators'))?.[1];
    expect(text(topic?.Properties?.KmsMasterKeyId)).toBe('{RotationKey.Arn}');
    expect(policyOf('AWS::KMS::Key', /^RotationKey/)).toContain(
      '{"Action":["kms:Decrypt","kms:GenerateDataKey*"],"Condition":{"StringEquals":{"aws:SourceAccount":{"Ref":"AWS::AccountId"}}},"Effect":"Allow","Principal":{"Service":"cloudwatch.amazonaws.com"},"Resource":"*"}',
    );
  });

  test('lets CloudWatch publish, which its own policy would else keep out', () => {
    const policy = policyOf('AWS::SNS::TopicPolicy', /^Operators/);
    expect(policy).toMatch(
      /"Action":"sns:Publish","Condition":\{"StringEquals":\{"aws:SourceAccount":\{"Ref":"AWS::AccountId"\}\}\},"Effect":"Allow","Principal":\{"Service":"cloudwatch.amazonaws.com"\}/,
    );
    expect(policy).toMatch(/"Condition":\{"Bool":\{"aws:SecureTransport":"false"\}\},"Effect":"Deny"/);
  });

  test('has a subscriber when one is named, and none otherwise', () => {
    const ofOperators = ([, { Properties }]: (typeof subscriptions)[number]) =>
      text(Properties?.TopicArn) === '{OperatorsTopic}';
    const subscriptions = stack.ofType('AWS::SNS::Subscription');
    expect(subscriptions.filter(ofOperators)).toEqual([]);
    const named = synthesised({ operatorsEmail: 'on-call@example.com' })
      .ofType('AWS::SNS::Subscription')
      .filter(ofOperators);
    expect(
      named.map(([, { Properties }]) => [Properties?.Protocol, Properties?.Endpoint, text(Properties?.TopicArn)]),
    ).toEqual([['email', 'on-call@example.com', '{OperatorsTopic}']]);
  });

  test('refuses a subscriber that is no address', () => {
    expect(() => synthesised({ operatorsEmail: 'on-call' })).toThrow(
      'operatorsEmail: given "on-call"; allowed is an e-mail address',
    );
  });
});

describe('the dashboard', () => {
  const [[, page] = []] = stack.ofType('AWS::CloudWatch::Dashboard');
  const body = text(page?.Properties?.DashboardBody);

  test('shows the console, and every alarm', () => {
    expect(body).toContain('"type":"custom"');
    expect(body).toContain('"endpoint":"{Console.Arn}"');
    expect(alarms.size).toBe(32);
    expect([...body.matchAll(/\{Alarms\w+\.Arn\}/g)].length).toBe(alarms.size);
  });

  test('shows everything that is counted', () => {
    for (const name of [...policyCheckMetrics, ...eventMetrics, ...gaugeMetrics]) expect(body).toContain(`"${name}"`);
  });
});

describe('what EventBridge could not deliver', () => {
  test('lands in a queue: from the bus, from the log group of transitions, and from the schedule of the reconciler', () => {
    const queue = '{DeadLettersQueue.Arn}';
    const bus = stack.ofType('AWS::Events::EventBus').find(([id]) => id.startsWith('TransitionEvents'))?.[1];
    expect(text(bus?.Properties?.DeadLetterConfig)).toContain(queue);
    for (const start of ['TransitionEventsCopy', 'Reconciler']) {
      const rule = stack.ofType('AWS::Events::Rule').find(([id]) => id.startsWith(start))?.[1];
      expect(text(rule?.Properties?.Targets)).toContain(`DeadLetterConfig=Arn=${queue}`);
    }
    const policy = stack.ofType('AWS::SQS::QueuePolicy').find(([id]) => id.startsWith('DeadLetters'))?.[1];
    for (const source of ['TransitionEventsBus', 'TransitionEventsCopy', 'ReconcilerEveryMinute'])
      expect(text(policy?.Properties?.PolicyDocument)).toContain(`aws:SourceArn={${source}.Arn}`);
  });
});
