import type { APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import type { Gateway, LiveCredential, RevokedCredential } from '../../lambdas/domain/gateway.ts';
import type { CredentialId, GatewayId, RotationId } from '../../lambdas/domain/ids.ts';
import type { RefusedSource, Seen } from '../../lambdas/domain/kit.ts';
import { defaultPolicy } from '../../lambdas/domain/policy.ts';
import { authorizer } from '../../lambdas/policy-check/authorizer.ts';
import type { Ports } from '../../lambdas/policy-check/ports.ts';

/** Values and digests were made by an independent implementation (Python's zlib and hashlib); none was ever accepted anywhere. */
export const oldToken = 'gwc_OLDold0001_NotASecretooooooooooooooooooooooooooooooooo3RP6Ka';
export const newToken = 'gwc_NEWnew0002_NotASecretnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn001Kuf';
export const goneToken = 'gwc_GONEgone03_NotASecretggggggggggggggggggggggggggggggggg1OK3e0';
export const leakToken = 'gwc_LEAKleak04_NotASecretlllllllllllllllllllllllllllllllll47Zs2O';
export const nobodysToken = 'gwc_NOBODY0005_NotASecretxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx3gkBh4';
/** The id of the old one with another secret and a good checksum. */
export const forgedToken = 'gwc_OLDold0001_WrongSecretoooooooooooooooooooooooooooooooo1ACh6G';
export const nonce = 'bm9uY2Utb2Ytb3VyLW93bi1wcm9iZQ';
export const nonceHash = 'HUNIjItKcMyPrp98WTRACSQgs6CDluN3HWgZZHRHxes';

const rotationId = '3d1f6f0e-5d3f-4a3e-9a63-0c5f6a1b2c3d' as RotationId;
const versionId = '00000000-0000-4000-8000-000000000000';
export const id = (text: string): CredentialId => text as CredentialId;

const live = (credentialId: string, digest: string): LiveCredential => ({
  credentialId: id(credentialId),
  digest,
  stage: 'CURRENT',
  createdAtMs: 1_000,
  versionId,
  origin: { kind: 'minted', rotationId, trigger: 'scheduled' },
});
export const oldLive = live('OLDold0001', 'oX7rnLhuyu4YE56D7cw1Vhf5GqNUDK96g7IeY4QuuEo');
const newLive = live('NEWnew0002', 'HmSGp_vECufRzr9yVEonIMQiiWF4gbkmSk4vC_szTbM');
const leakedLive: LiveCredential = {
  ...live('LEAKleak04', 'QKbL8-eXF6TWp8IeqQTkuy-f2PWpAWgZ5x38ud9NsRk'),
  compromised: { atMs: 500_000, rejectAfterMs: 1_060_000 },
};
export const goneRevoked: RevokedCredential = {
  credentialId: id('GONEgone03'),
  digest: 'qTBXfWY04AbsC_rO1rOf4b-pyZBHLGEDBD0LD62tK_I',
  versionId,
  cause: 'RETIRED',
  rotationId,
  revokedAtMs: 900_000,
};

/** `orders` with an old, a new and a leaked live credential, and a revoked one. */
export const orders: Gateway = {
  gatewayId: 'orders' as GatewayId,
  revision: 7,
  transitionRevision: 7,
  writtenAtMs: 0,
  decision: { kind: 'allow-all' },
  policy: defaultPolicy,
  secretArn: 'arn:aws:secretsmanager:us-east-1:000000000000:secret:gateway-credential/orders-abcdef',
  shardCount: 4,
  live: [oldLive, newLive, leakedLive],
  revoked: [goneRevoked],
  currentVersionId: versionId,
  generation: 3,
  ended: [],
  presses: [],
  outbox: [],
};
export const staleFor = (serveStaleSeconds: number): Gateway => ({
  ...orders,
  policy: { ...defaultPolicy, serveStaleSeconds },
});

/** With our own probe of a credential under way. */
export const probing = (credentialId: CredentialId): Gateway => ({
  ...orders,
  rotation: {
    rotationId,
    trigger: 'scheduled',
    driver: 'workflow',
    stage: 'DISTRIBUTED',
    generation: 3,
    begun: { actor: 'schedule', reason: 'due', atMs: 1_000 },
    deadlineAtMs: 9_000_000,
    escalationLevel: 0,
    attempt: 1,
    failedAttempts: 0,
    retireIds: [],
    fromVersionId: versionId,
  },
  probe: { nonceHash, credentialId, armedAtMs: 1_000 },
});

/** Kong's call of kit `kong-eu`, as API Gateway hands it to a REQUEST authorizer of a REST API. */
export const event = (
  headers: Readonly<Record<string, string>>,
  path: Readonly<Record<string, string>> = { gatewayId: 'orders', kitId: 'kong-eu' },
  sourceIp = '203.0.113.5',
): APIGatewayRequestAuthorizerEvent => ({
  type: 'REQUEST',
  methodArn:
    'arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/v1/POST/gateways/orders/kits/kong-eu/sideband/request',
  resource: '/gateways/{gatewayId}/kits/{kitId}/sideband/request',
  path: '/gateways/orders/kits/kong-eu/sideband/request',
  httpMethod: 'POST',
  headers: { 'Content-Type': 'application/json', Host: 'a1b2c3d4e5.execute-api.us-east-1.amazonaws.com', ...headers },
  multiValueHeaders: {
    'Content-Type': ['application/json'],
    Host: ['a1b2c3d4e5.execute-api.us-east-1.amazonaws.com'],
    ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
  },
  queryStringParameters: null,
  multiValueQueryStringParameters: null,
  pathParameters: { ...path },
  stageVariables: null,
  requestContext: {
    accountId: '123456789012',
    apiId: 'a1b2c3d4e5',
    authorizer: undefined,
    domainName: 'a1b2c3d4e5.execute-api.us-east-1.amazonaws.com',
    domainPrefix: 'a1b2c3d4e5',
    extendedRequestId: 'JKJaXmPLvHcESHA=',
    httpMethod: 'POST',
    identity: {
      accessKey: null,
      accountId: null,
      apiKey: null,
      apiKeyId: null,
      caller: null,
      clientCert: null,
      cognitoAuthenticationProvider: null,
      cognitoAuthenticationType: null,
      cognitoIdentityId: null,
      cognitoIdentityPoolId: null,
      principalOrgId: null,
      sourceIp,
      user: null,
      userAgent: 'Kong/1.2.0',
      userArn: null,
    },
    path: '/v1/gateways/orders/kits/kong-eu/sideband/request',
    protocol: 'HTTP/1.1',
    requestId: 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef',
    requestTime: '23/Nov/2026:04:19:05 +0000',
    requestTimeEpoch: 1_795_407_545_000,
    resourceId: 'r1s2t3',
    resourcePath: '/gateways/{gatewayId}/kits/{kitId}/sideband/request',
    stage: 'v1',
  },
});
export const presenting = (token: string, more: Readonly<Record<string, string>> = {}) =>
  event({ 'CLIENT-TOKEN': token, ...more });

type Given = Partial<Ports> & { readonly logsEveryDecision?: boolean };

/** One instance of the authorizer in a world that the test sets, with everything it did. */
export const openInstance = ({ logsEveryDecision = true, ...given }: Given = {}) => {
  const world = {
    nowMs: 1_000_000,
    record: orders as Gateway | undefined,
    reads: 0,
    uses: [] as (Seen & { atMs: number })[],
    refused: [] as (RefusedSource & { atMs: number })[],
    metrics: [] as string[],
    lines: [] as string[],
  };
  const check = authorizer(
    {
      readGateway: async () => {
        world.reads += 1;
        return world.record;
      },
      recordUse: async (seen, atMs) => {
        world.uses.push({ ...seen, atMs });
        return true;
      },
      recordRefusal: async (refused, atMs) => {
        world.refused.push({ ...refused, atMs });
        return true;
      },
      isRegistered: async () => false,
      nowMs: () => world.nowMs,
      count: (metric, gatewayId) => world.metrics.push(`${metric} ${gatewayId}`),
      ...given,
    },
    (level, message, fields) => world.lines.push(JSON.stringify({ level, message, ...fields })),
    logsEveryDecision,
  );
  const effect = async (request: APIGatewayRequestAuthorizerEvent) => {
    const { policyDocument } = await check(request);
    const [statement] = policyDocument.Statement;
    return statement?.Effect;
  };
  const verdict = (): unknown => JSON.parse(world.lines.at(-1) ?? '{}').verdict;
  return { world, check, effect, verdict };
};
