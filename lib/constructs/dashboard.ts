import {
  AlarmStatusWidget,
  Dashboard as CloudWatchDashboard,
  CustomWidget,
  GraphWidget,
  type IMetric,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Aws, Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { eventMetrics, type Metric, policyCheckMetrics } from '../../lambdas/domain/metric.ts';
import { counted } from './counted.ts';
import type { GatewayStore } from './gateway-store.ts';
import type { Operators } from './operators.ts';
import type { PolicyCheck } from './policy-check.ts';
import type { RotationFunction } from './rotation-function.ts';
import type { RotationWorkflow } from './rotation-workflow.ts';

export type DashboardProps = {
  /** Answers the console as a custom widget; who looks at it needs the permission to invoke it. */
  readonly console: RotationFunction;
  readonly operators: Operators;
  readonly policyCheck: PolicyCheck;
  readonly store: GatewayStore;
  readonly workflow: RotationWorkflow;
};

const each5Minutes = { period: Duration.minutes(5) };
const sums = { ...each5Minutes, statistic: 'Sum' };
const quantile = (statistic: 'p50' | 'p99') => ({ ...each5Minutes, statistic, label: statistic });
const countedEach = (...names: readonly Metric[]): IMetric[] => names.map((name) => counted(name, 5));

const graph = (title: string, left: IMetric[], right: IMetric[] = []): GraphWidget =>
  new GraphWidget({ title, width: 8, left, right, leftYAxis: { min: 0 }, rightYAxis: { min: 0 } });

/** One page: the console, every alarm, and what the rotations and the policy check are doing. */
export class Dashboard extends Construct {
  readonly name: string;

  constructor(scope: Construct, id: string, props: DashboardProps) {
    super(scope, id);
    const { operators, policyCheck, store, workflow } = props;
    const { stateMachine } = workflow;
    const stage = policyCheck.api.deploymentStage;
    const dashboard = new CloudWatchDashboard(this, 'Page', {
      defaultInterval: Duration.hours(12),
      widgets: [
        [
          new CustomWidget({
            title: `Gateways: ${Aws.STACK_NAME}, account ${Aws.ACCOUNT_ID}, ${Aws.REGION}`,
            functionArn: props.console.functionArn,
            width: 24,
            height: 16,
            updateOnResize: false,
            updateOnTimeRangeChange: false, // it shows now
          }),
        ],
        [new AlarmStatusWidget({ title: 'Alarms', width: 24, height: 5, alarms: [...operators.all] })],
        [
          graph(
            'Rotations',
            countedEach('RotationsRunning', 'RotationsHeld', 'RotationsOverdue'),
            countedEach('KitsLate'),
          ),
          graph('Executions', [
            stateMachine.metricStarted(sums),
            stateMachine.metricSucceeded(sums),
            stateMachine.metricFailed(sums),
            stateMachine.metricAborted(sums),
          ]),
          graph(
            'Reconciler and schedules',
            countedEach(...eventMetrics, 'SchedulesOverdue', 'SecretsInTrouble', 'SuccessorsMissing', 'OwnKeysEnding'),
          ),
        ],
        [
          graph('Policy check: requests', [stage.metricCount(sums)], [stage.metricServerError(sums)]),
          graph('Policy check: latency', [stage.metricLatency(quantile('p50')), stage.metricLatency(quantile('p99'))]),
          graph('Refusals, and evidence that did not hold', countedEach(...policyCheckMetrics)),
        ],
        [
          graph(
            'Authorizer: duration',
            (['p50', 'p99'] as const).map((of) => policyCheck.authorize.metricDuration(quantile(of))),
          ),
          graph(
            'Authorizer: at once',
            [policyCheck.authorize.metric('ConcurrentExecutions', { ...each5Minutes, statistic: 'Maximum' })],
            [policyCheck.authorize.metricErrors(sums), policyCheck.authorize.metricThrottles(sums)],
          ),
          graph('Gateways table', [store.metricReads(sums)], [store.metricReadThrottles(sums)]),
        ],
      ],
    });
    this.name = dashboard.dashboardName;
  }
}
