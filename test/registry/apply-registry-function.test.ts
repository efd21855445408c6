import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Context } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { handler } from '../../lambdas/apply-registry.ts';
import { recordsIn } from '../../lambdas/aws/records.ts';
import type { GatewayId } from '../../lambdas/domain/ids.ts';
import { applyWhole } from '../../lambdas/registry/apply-file.ts';
import {
  answerCloudFormation,
  byCloudFormation,
  customResourceRequest,
} from '../../lambdas/registry/custom-resource.ts';
import { nowMs, type Opened, openRegistry } from './emulated-registry.ts';

const context = { functionName: 'apply-registry', awsRequestId: 'request' } as Context;
const file = (demo: boolean) =>
  JSON.stringify({
    gateways: [
      { gatewayId: 'orders', demo, authority: { kind: 'builtin' }, decision: { kind: 'allow-all' }, kits: [] },
    ],
  });

describe('The function ApplyRegistry', () => {
  let opened: Opened;
  let folder: string;
  beforeEach(async () => {
    opened = await openRegistry();
    folder = await mkdtemp(join(tmpdir(), 'registry-'));
  });
  afterEach(async () => {
    await opened.close();
    await rm(folder, { recursive: true });
  });

  const call = async (event: unknown, text: string, more: Record<string, string> = {}) => {
    const path = join(folder, 'gateways.json');
    await writeFile(path, text);
    const { accessKeyId, secretAccessKey } = await opened.secretsManager.config.credentials();
    const { protocol = '', hostname = '', port } = (await opened.secretsManager.config.endpoint?.()) ?? {};
    const environment = {
      AWS_REGION: 'us-east-1',
      AWS_ENDPOINT_URL: `${protocol}//${hostname}:${port}`,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      GATEWAYS_TABLE: opened.table,
      NEWS_TABLE: opened.table,
      EVENT_BUS: 'bus',
      NOTIFICATIONS_TOPIC: 'arn:aws:sns:us-east-1:000000000000:owners',
      STATE_MACHINE_ARN: 'arn:aws:states:us-east-1:000000000000:stateMachine:rotation',
      SECRET_PREFIX: 'gateway-credential/',
      ROTATION_FUNCTION: 'arn:aws:lambda:us-east-1:000000000000:function:rotate-secret',
      REGISTRY_FILE: path,
      ...more,
    };
    return handler.in({ environment, log: () => undefined, now: () => nowMs })(event, context);
  };
  const lines = [
    '+ secret orders: holds a placeholder until the first credential',
    '+ gateway orders: with 0 kits',
    '> rotation orders: a rotation makes its first credential',
  ];

  it('prints the changes of a plan', async () => {
    expect(await call({ plan: true }, file(false))).toEqual({ plan: true, count: 3, refused: 0, changes: lines });
  });

  it('passes demo gateways over, unless it is deployed where their stand-ins are', async () => {
    expect(await call({ plan: true }, file(true))).toEqual({ plan: true, count: 0, refused: 0, changes: [] });
    expect(await call({ plan: true }, file(true), { DEMO_GATEWAYS: 'apply' })).toMatchObject({ changes: lines });
  });

  it('applies one that was packed, as it does not fit into a call otherwise, and refuses what is none', async () => {
    const registryGzip = gzipSync(file(false)).toString('base64');
    expect(await call({ plan: true, registryGzip }, '{"gateways": []}')).toMatchObject({ changes: lines });
    await expect(call({ plan: true, registryGzip: 'AAAA' }, file(false))).rejects.toThrow(
      /registryGzip: it is no gzip/,
    );
    const both = { registryGzip, registry: { gateways: [] } };
    await expect(call({ plan: true, ...both }, file(false))).rejects.toThrow(/give one of them/);
  });

  it('applies the registry that it is given instead of its file, and refuses a wrong one', async () => {
    const registry = JSON.parse(file(false)) as unknown;
    expect(await call({ plan: true, registry }, '{"gateways": []}')).toMatchObject({ changes: lines });
    await expect(call({ registry: { gateways: 7 } }, file(false))).rejects.toMatchObject({ name: 'RegistryRefused' });
    await expect(call({ registry: 'orders' }, file(false))).rejects.toMatchObject({ name: 'InputRefused' });
  });

  it.each([
    ['whoever says so', { actor: 'workflow', reason: 'quarterly' }, 'claimed: workflow (request request)'],
    ['nobody', {}, 'claimed: unknown (request request)'],
  ])('records %s as claimed: any caller can choose it', async (_, by, actor) => {
    const registry = JSON.parse(file(false)) as unknown;
    await call({ registry, ...by }, file(false)).catch(() => undefined); // nothing runs executions here
    const gateway = await opened.needs.gateways.read('orders' as GatewayId);
    if (!gateway) throw new Error('It was not registered.');
    for await (const entry of recordsIn(opened.dynamodb, opened.table).audit(gateway)) expect(entry.actor).toBe(actor);
    expect(gateway.rotation?.begun.actor).toBe(actor);
  });

  it('refuses an input that it does not know and a file that is wrong', async () => {
    await expect(call({ planned: true }, file(false))).rejects.toMatchObject({ name: 'InputRefused' });
    await expect(call({ plan: true }, '{"gateways": 7}')).rejects.toMatchObject({ name: 'RegistryRefused' });
  });
});

describe('A deployment', () => {
  const as = { actor: 'ann', reason: 'deployment' };
  const named = (...ids: readonly string[]) =>
    JSON.stringify({
      gateways: ids.map((gatewayId) => ({
        gatewayId,
        authority: { kind: 'builtin' },
        decision: { kind: 'allow-all' },
        kits: [],
      })),
    });
  let opened: Opened;
  beforeEach(async () => {
    opened = await openRegistry();
  });
  afterEach(() => opened.close());

  it('that a running rotation refuses a change of fails with it, and has applied nothing that a roll-back would have to undo', async () => {
    await applyWhole(opened.needs, named('orders'), as, true);
    await expect(applyWhole(opened.needs, named('returns'), as, true)).rejects.toMatchObject({
      name: 'ChangesRefused',
      message: expect.stringMatching(/^Nothing was applied.*- gateway orders: .*NOT NOW: Rotation/),
    });
    expect(await opened.needs.gateways.read('returns' as GatewayId)).toBeUndefined();
    expect((await opened.needs.gateways.read('orders' as GatewayId))?.retiredAtMs).toBeUndefined();
  });

  it('fails with what was refused between the look and the change', async () => {
    await applyWhole(opened.needs, named('orders'), as, true);
    const { gateways } = opened.needs;
    const { rotation } = (await gateways.read('orders' as GatewayId)) ?? {};
    let reads = 0;
    const unseen: typeof gateways = {
      ...gateways,
      // The first look comes before the rotation begins.
      read: async (gatewayId) => {
        const gateway = await gateways.read(gatewayId);
        if (!gateway || reads++ > 0) return gateway;
        const { rotation: _, ...before } = gateway;
        return before;
      },
    };
    await expect(applyWhole({ ...opened.needs, gateways: unseen }, named(), as, true)).rejects.toMatchObject({
      name: 'ChangesRefused',
      message: expect.stringContaining(`${rotation?.rotationId}`),
    });
  });
});

describe('The custom resource', () => {
  const event = {
    RequestType: 'Update',
    ResponseURL: 'https://cloudformation.example/answer?signature=x',
    StackId: 'arn:aws:cloudformation:us-east-1:000000000000:stack/rotation/1',
    RequestId: 'request',
    LogicalResourceId: 'Applied',
    PhysicalResourceId: 'gateways.json',
    ResourceType: 'Custom::GatewayRegistry',
    ResourceProperties: { ServiceToken: 'arn', Hash: 'h' },
  };
  const answer = async (given: object, work: () => Promise<unknown>): Promise<unknown> => {
    const request = customResourceRequest(given);
    if (!request) throw new Error('This is no request of CloudFormation.');
    const answers: unknown[] = [];
    await answerCloudFormation(request, work, async (url, init) => {
      answers.push({ url, method: init?.method, ...JSON.parse(String(init?.body)) });
      return new Response();
    });
    expect(answers).toHaveLength(1);
    return answers[0];
  };

  it('answers success to the given URL, under an id that never changes', async () => {
    expect(await answer(event, async () => 'done')).toEqual({
      url: 'https://cloudformation.example/answer?signature=x',
      method: 'PUT',
      Status: 'SUCCESS',
      Reason: 'gateways.json was applied.',
      PhysicalResourceId: 'gateways.json',
      StackId: 'arn:aws:cloudformation:us-east-1:000000000000:stack/rotation/1',
      RequestId: 'request',
      LogicalResourceId: 'Applied',
    });
    const { PhysicalResourceId: _, ...create } = { ...event, RequestType: 'Create' };
    expect(await answer(create, async () => 'done')).toMatchObject({ PhysicalResourceId: 'gateways.json' });
  });

  it('answers a failure with its reason, short enough for CloudFormation', async () => {
    const failed = await answer(event, async () => {
      throw new TypeError('x'.repeat(9_000));
    });
    expect(failed).toMatchObject({ Status: 'FAILED', Reason: `TypeError: ${'x'.repeat(989)}` });
  });

  it('does nothing when it is deleted', async () => {
    const deleted = await answer({ ...event, RequestType: 'Delete' }, async () => {
      throw new Error('It was applied.');
    });
    expect(deleted).toMatchObject({ Status: 'SUCCESS' });
  });

  it('acts in a name that is only claimed: whoever invokes the function can send such a request', () => {
    const request = customResourceRequest(event);
    expect(request && byCloudFormation(request)).toEqual({
      actor: 'claimed: cloudformation (request request)',
      reason: 'deployment of arn:aws:cloudformation:us-east-1:000000000000:stack/rotation/1',
    });
  });

  it('names the tables that a deployment protects from deletion; an earlier one named none', () => {
    const named = { ...event, ResourceProperties: { ...event.ResourceProperties, Protected: ['gateways', 'use'] } };
    expect(customResourceRequest(named)?.ResourceProperties.Protected).toEqual(['gateways', 'use']);
    expect(customResourceRequest(event)?.ResourceProperties.Protected).toEqual([]);
  });

  it('is not what somebody else sends', () => {
    expect(customResourceRequest({ plan: true })).toBeUndefined();
  });
});
