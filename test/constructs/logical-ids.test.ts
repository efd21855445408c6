import { describe, expect, test } from 'vitest';
import { synthesise } from '../../lib/synthesise.ts';
import { gateways } from './synthesised.ts';

/**
 * What stands in an account under these ids is found by them again: CloudFormation makes a new resource for a new id and
 * deletes, or abandons, the old one. A line may be added; one that changes is a loss, for the reason that stands over it.
 */
const contract: readonly {
  readonly because: string;
  readonly resources: Readonly<Record<string, readonly string[]>>;
}[] = [
  {
    because:
      'Their data would be left behind, and the stack would begin with none: a gateway without its record refuses every request.',
    resources: {
      'AWS::DynamoDB::Table': [
        'GatewayStoreGatewaysTable5A51E2DE',
        'GatewayStoreUseTableC59CC681',
        'NewsOutbox4E859DB3',
      ],
    },
  },
  {
    because:
      'What was encrypted or signed with the old one would have lost it: credentials, messages, and the evidence that auditors hold.',
    resources: {
      'AWS::KMS::Key': ['RotationKey56E79F42', 'EvidenceKey16700A33'],
    },
  },
  {
    because: 'Its address is in the Service URL of every kit, and the stage is part of it.',
    resources: {
      'AWS::ApiGateway::RestApi': ['PolicyCheckApiC7DE7D65'],
      'AWS::ApiGateway::Stage': ['PolicyCheckApiDeploymentStagev1520208B0'],
    },
  },
  {
    because: 'Rotations are named by the ARNs of their executions, and running ones would end in the middle.',
    resources: {
      'AWS::StepFunctions::StateMachine': ['WorkflowStateMachine8F1B1C15'],
    },
  },
  {
    because:
      'Secrets Manager, running executions, alarms and the permissions of people name them; a new name is a function that none of these finds.',
    resources: {
      'AWS::Lambda::Function': [
        'NewsDeliverNewsF12EB85E',
        'PolicyCheckAuthorizeD9627EEC',
        'PolicyCheckSideband7C974896',
        'BeginRotation8C0F9476',
        'CreateCredentialCD8F2719',
        'DistributeShardA9440B01',
        'VerifyKitsD44C8670',
        'RevokeCredentialED229D57',
        'ConfirmRevokedF573CA33',
        'ReconcileD51D4F4F',
        'RotateSecretDE051723',
        'GatewayRegistryApplyRegistryE51E592E',
        'Operate27B2B33C',
        'CompromiseEE261A78',
        'Evidence4CC26D68',
        'ConsoleActA830015C',
        'Console63CA37A7',
        'OwnKits51663DFA',
      ],
      'AWS::Lambda::Url': ['OperateAliasurlFunctionUrlC6614DD6', 'OwnKitsAliasurlFunctionUrl10E81629'],
    },
  },
  {
    because: 'Others subscribe to them, publish to them or press by them: a new one is silent.',
    resources: {
      'AWS::SNS::Topic': ['OwnerNotificationsTopicE8E96946', 'OperatorsTopic2DD4C591'],
      'AWS::Events::EventBus': ['TransitionEventsBusC2683932', 'CompromiseButtonBusE92FBD9C'],
    },
  },
  {
    because: 'What waits in them to be looked at would be gone.',
    resources: {
      'AWS::SQS::Queue': ['DeadLettersQueue631681B1', 'CompromiseButtonFailed404428A5'],
    },
  },
  {
    because: 'They are the record of what happened, for those who look for it later.',
    resources: {
      'AWS::Logs::LogGroup': [
        'TransitionEventsCopies28A0B4FE',
        'NewsDeliverNewsLogs149C80CB',
        'PolicyCheckAuthorizeLogsBDCBA057',
        'PolicyCheckSidebandLogs6BAB15BA',
        'PolicyCheckAccessLogs445401DD',
        'BeginRotationLogs5374B19F',
        'CreateCredentialLogs3BDA2606',
        'DistributeShardLogs2B33EBB5',
        'VerifyKitsLogsB27E5154',
        'RevokeCredentialLogsFFE120CA',
        'ConfirmRevokedLogs1E97B446',
        'WorkflowLogs8B0907C7',
        'ReconcileLogs36C88C19',
        'RotateSecretLogsA1881425',
        'GatewayRegistryApplyRegistryLogs8F0E5E36',
        'OperateLogs9416F2F1',
        'CompromiseLogsFD86CB80',
        'EvidenceLogsBDF5B71B',
        'ConsoleActLogs5EC803D5',
        'ConsoleLogs00024E65',
        'OwnKitsOwnKitsLogs28D9C499',
      ],
      'AWS::S3::Bucket': ['PressTrailBucket7A387287'],
      'AWS::CloudTrail::Trail': ['PressTrail664BFE04'],
    },
  },
  {
    because: "They are attached to people's roles, and CloudFormation deletes none that is.",
    resources: {
      'AWS::IAM::ManagedPolicy': [
        'PeopleViewerA20999A5',
        'PeopleOperator362395F2',
        'PeopleEmergencyEF5B2D4F',
        'PeopleKitOwner7AC5CD21',
        'PeopleAuditorFD930159',
        'PeopleRegistryD3A38845',
      ],
    },
  },
  {
    because: 'CloudFormation would ask to apply the registry anew, and to delete the old one.',
    resources: {
      'Custom::GatewayRegistry': ['GatewayRegistryApplied7948642E'],
    },
  },
];

const outputs = [
  'PolicyCheckApiEndpoint02882BA9',
  'PolicyCheckUrl',
  'OperateUrl',
  'OwnKitsUrl',
  'SecretPrefix',
  'GatewaysTable',
  'UseTable',
  'SecretsKeyArn',
  'ApplyRegistryFunction',
  'PlanRegistryFunction',
  'PlanFunction',
  'EvidenceFunction',
  'EvidenceKeyArn',
  'ConsoleFunction',
  'ConsoleActFunction',
  'CompromiseFunction',
  'CompromiseBusArn',
  'DashboardName',
  'OperatorsTopicArn',
  'NotificationsTopicArn',
  'EventBusName',
  'TransitionsLogGroup',
  'StateMachineArn',
  'ViewerPolicyArn',
  'OperatorPolicyArn',
  'EmergencyPolicyArn',
  'KitOwnerPolicyArn',
  'AuditorPolicyArn',
  'RegistryPolicyArn',
];

const template = synthesise({ gateways });
const idsOf = (type: string): readonly string[] =>
  Object.entries(template.Resources).flatMap(([id, { Type }]) => (Type === type ? [id] : []));

describe.each(contract)('Logical ids stay: $because', ({ resources }) => {
  test.each(Object.entries(resources))('%s', (type, ids) => {
    expect(idsOf(type)).toEqual(ids);
  });
});

test('The names of outputs stay: the command line and programs of others find the deployment by them', () => {
  expect(Object.keys(template.Outputs ?? {})).toEqual(outputs);
});
