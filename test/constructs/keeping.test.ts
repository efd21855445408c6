import { describe, expect, test } from 'vitest';
import { synthesise } from '../../lib/synthesise.ts';
import { gateways, synthesised, text } from './synthesised.ts';

const stack = synthesised();
const template = synthesise({ gateways });
const policiesOf = (type: string) =>
  Object.values(template.Resources)
    .filter(({ Type }) => Type === type)
    .map((resource) => (resource as { DeletionPolicy?: string }).DeletionPolicy);
const key = { 'Fn::GetAtt': [stack.ofType('AWS::KMS::Key')[0]?.[0], 'Arn'] };

describe('the tables', () => {
  const tables = new Map(
    stack.ofType('AWS::DynamoDB::Table').map(([id, { Properties }]) => [text({ Ref: id }), Properties ?? {}]),
  );
  const keys = [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ];

  test('are three, keyed by pk and sk, paid by request', () => {
    expect([...tables.keys()]).toEqual(['{GatewayStoreGatewaysTable}', '{GatewayStoreUseTable}', '{NewsOutbox}']);
    for (const table of tables.values())
      expect(table).toMatchObject({ KeySchema: keys, BillingMode: 'PAY_PER_REQUEST' });
  });

  test('cannot be lost: point-in-time recovery, kept when the stack goes; what applies the registry protects records and use from deletion', () => {
    for (const table of tables.values())
      expect(table).toMatchObject({
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      });
    expect(policiesOf('AWS::DynamoDB::Table')).toEqual(Array.from({ length: 3 }, () => 'RetainExceptOnCreate'));
    const [[, applied] = []] = stack.ofType('Custom::GatewayRegistry');
    expect(text(applied?.Properties?.Protected)).toBe('{GatewayStoreGatewaysTable}, {GatewayStoreUseTable}');
  });

  test('depend on no key that could be disabled', () => {
    for (const table of tables.values()) expect(table).not.toHaveProperty('SSESpecification');
  });

  test('gateways have a sparse index of keys only; use expires', () => {
    expect(tables.get('{GatewayStoreGatewaysTable}')?.GlobalSecondaryIndexes).toEqual([
      {
        IndexName: 'by-list',
        KeySchema: [
          { AttributeName: 'list', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ]);
    expect(tables.get('{GatewayStoreGatewaysTable}')).not.toHaveProperty('TimeToLiveSpecification');
    expect(tables.get('{GatewayStoreUseTable}')?.TimeToLiveSpecification).toEqual({
      AttributeName: 'expiresAt',
      Enabled: true,
    });
  });
});

describe('encryption', () => {
  test('one key that encrypts, rotated, and one that signs, both kept when the stack goes', () => {
    const keys = stack.ofType('AWS::KMS::Key').map(([, { Properties }]) => Properties ?? {});
    expect(keys).toHaveLength(2);
    expect(keys).toContainEqual(expect.objectContaining({ EnableKeyRotation: true }));
    expect(keys).toContainEqual(expect.objectContaining({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' }));
    expect(policiesOf('AWS::KMS::Key')).toEqual(['RetainExceptOnCreate', 'RetainExceptOnCreate']);
  });

  test('the topic is encrypted with it and refuses what does not come over TLS', () => {
    const [[, topic] = []] = stack.ofType('AWS::SNS::Topic');
    expect(topic?.Properties?.KmsMasterKeyId).toEqual(key);
    const [[, policy] = []] = stack.ofType('AWS::SNS::TopicPolicy');
    expect(policy?.Properties?.PolicyDocument).toMatchObject({
      Statement: [
        {
          Effect: 'Deny',
          Principal: '*',
          Action: 'sns:Publish',
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        },
      ],
    });
  });
});

describe('what outlives the stack', () => {
  const kept = /^RetainExceptOnCreate$/;

  test('the whole policy check: kits hold its URL', () => {
    const parts = Object.entries(template.Resources).filter(([id]) => id.startsWith('PolicyCheck'));
    expect(parts.length).toBeGreaterThan(40);
    for (const [id, resource] of parts)
      expect((resource as { DeletionPolicy?: string }).DeletionPolicy, id).toMatch(kept);
  });

  test('all logs, for as long as set', () => {
    for (const policy of policiesOf('AWS::Logs::LogGroup')) expect(policy).toMatch(kept);
    const months = synthesised({ logRetentionDays: 90 }).ofType('AWS::Logs::LogGroup');
    expect(months).toHaveLength(stack.ofType('AWS::Logs::LogGroup').length);
    for (const [, { Properties }] of months) expect(Properties?.RetentionInDays).toBe(90);
  });

  test('the gateways: CloudFormation never asks for the registry to be deleted', () => {
    expect(policiesOf('Custom::GatewayRegistry')).toEqual(['RetainExceptOnCreate']);
  });
});
