import { readFileSync } from 'node:fs';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { operatorCommandNames } from '../../lambdas/domain/operator-commands.ts';
import { clientSettings } from '../../lambdas/runtime/client-settings.ts';
import { signedPost } from '../../lib/cli/signed-fetch.ts';
import {
  type FunctionUrlName,
  functionUrls,
  openApiFile,
  openApiText,
} from '../../lib/schemas/openapi/function-urls.ts';
import { gatewayId, manualKit, openRotated, type System } from '../support/system.ts';

const me = 'arn:aws:iam::000000000000:user/operator';
const names = Object.keys(functionUrls) as FunctionUrlName[];

type Content = { readonly content: { readonly 'application/json': { readonly schema: object } } };
type OpenApi = {
  readonly paths: {
    readonly '/': {
      readonly post: { readonly requestBody: Content; readonly responses: Readonly<Record<string, Content>> };
    };
  };
};
const documentOf = (name: FunctionUrlName): OpenApi => JSON.parse(readFileSync(openApiFile(name), 'utf8')) as OpenApi;
/** Whether a JSON fits a schema of the file, read from it and not from where it was made. */
const fits = (schema: object, json: unknown): boolean => z.fromJSONSchema(schema as never).safeParse(json).success;

describe('The OpenAPI document', () => {
  it.each(names)('%s is what the schemas of the function say (npm run schema makes it)', (name) => {
    expect(documentOf(name)).toEqual(JSON.parse(openApiText(name)));
  });

  it.each(names)('%s is valid OpenAPI 3.1', async (name) => {
    const validator = new Validator();
    expect(await validator.validate(documentOf(name))).toEqual({ valid: true });
    expect(validator.version).toBe('3.1');
  });
});

let system: System;
let urls: Readonly<Record<FunctionUrlName, string>>;
beforeAll(async () => {
  const telling = { owners: { 'one-team@example.com': { principals: [me] } } };
  system = await openRotated({ kits: [manualKit('one'), manualKit('two')], telling });
  const client = new CloudFormationClient(clientSettings({ environment: system.deployment.cloud.operator }));
  const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: 'GatewayCredentialRotation' }));
  client.destroy();
  const output = (key: string): string =>
    Stacks[0]?.Outputs?.find(({ OutputKey }) => OutputKey === key)?.OutputValue ?? '';
  urls = { operate: output(functionUrls.operate.output), 'own-kits': output(functionUrls['own-kits'].output) };
  await system.start({ gatewayId, reason: 'quarterly' });
  await system.until(({ rotation }) => rotation?.stage === 'DISTRIBUTED');
});
afterAll(() => system.close());

/** Posts, and sees that status and answer are those of the document, and that it says of the request what the function does. */
const posted = async (
  name: FunctionUrlName,
  call: unknown,
): Promise<{ status: number; body: Record<string, unknown> }> => {
  const { AWS_ACCESS_KEY_ID: accessKeyId = '', AWS_SECRET_ACCESS_KEY: secretAccessKey = '' } =
    system.deployment.cloud.operator;
  const by = { credentials: { accessKeyId, secretAccessKey }, region: 'us-east-1' };
  const sent = { url: urls[name], service: 'lambda', contentType: 'application/json', body: JSON.stringify(call) };
  const { status, text } = await signedPost(by, sent);
  const { requestBody, responses } = documentOf(name).paths['/'].post;
  const body = JSON.parse(text) as Record<string, unknown>;
  const response = responses[String(status)];
  expect(Object.keys(responses)).toContain(String(status));
  expect(response && fits(response.content['application/json'].schema, body), text).toBe(true);
  if (status !== 400) expect(fits(requestBody.content['application/json'].schema, call)).toBe(true);
  return { status, body };
};
const isAllowed = (name: FunctionUrlName, call: unknown): boolean =>
  fits(documentOf(name).paths['/'].post.requestBody.content['application/json'].schema, call);

const fields: Readonly<Record<string, object>> = {
  extend: { deadlineAt: '2100-01-01T00:00:00.000Z' },
  'acknowledge-kit': { kitId: 'one', credentialId: 'notThere01' },
  'retry-kit': { kitId: 'one' },
  'retire-source': { kitId: 'one', source: '10.0.0.7' },
  adopt: { credentialId: 'notThere01' },
  'retire-credential': { credentialId: 'notThere01' },
  'waive-proof': { credentialId: 'notThere01' },
};

describe('The URL of own-kits', () => {
  it('shows and acknowledges as the document says', async () => {
    const which = { gatewayId, kitIds: ['one'] };
    const shown = await posted('own-kits', { command: 'show', ...which });
    expect(shown).toMatchObject({ status: 200, body: { kits: [{ kitId: 'one' }] } });
    const call = { command: 'acknowledge', ...which, credentialId: shown.body.credentialId, reason: 'installed' };
    expect(await posted('own-kits', call)).toMatchObject({ status: 200, body: { kits: [{ result: 'DONE' }] } });
  });

  it.each<readonly [string, object, boolean]>([
    ['a command that is none', { command: 'hold', gatewayId, kitIds: ['one'] }, false],
    ['too many kits', { command: 'show', gatewayId, kitIds: Array.from({ length: 101 }, (_, n) => `kit-${n}`) }, false],
    ['a kit of somebody else', { command: 'show', gatewayId, kitIds: ['two'] }, true],
  ])('refuses with 400 %s', async (_, call, isOfTheForm) => {
    expect(isAllowed('own-kits', call)).toBe(isOfTheForm);
    expect((await posted('own-kits', call)).status).toBe(400);
  });
});

describe('The URL of operate', () => {
  it('says with 409 who is cut off by a force, and what to repeat', async () => {
    const { status, body } = await posted('operate', { command: 'force', gatewayId, reason: 'closed' });
    expect({ status, body }).toMatchObject({ status: 409, body: { result: 'REFUSED', confirm: { kits: 1 } } });
  });

  it.each(operatorCommandNames)('takes %s as the document has it, and answers as it says', async (command) => {
    const { status } = await posted('operate', { command, gatewayId, reason: 'a test', ...fields[command] });
    expect([200, 409]).toContain(status);
  });

  it('acknowledges many', async () => {
    const call = {
      command: 'acknowledge-kits',
      gatewayId,
      kitIds: ['one', 'none'],
      credentialId: 'notThere01',
      reason: 'x',
    };
    expect(await posted('operate', call)).toMatchObject({
      status: 200,
      body: { kits: [{ result: 'REFUSED' }, { result: 'REFUSED', code: 'UNKNOWN_CREDENTIAL' }] },
    });
  });

  it.each<readonly [string, object]>([
    ['no reason', { command: 'hold', gatewayId }],
    ['an unknown command', { command: 'destroy', gatewayId, reason: 'x' }],
    ['a field that is not its own', { command: 'hold', gatewayId, reason: 'x', kitId: 'one' }],
    ['a gateway that can be none', { command: 'hold', gatewayId: 'Orders!', reason: 'x' }],
    ['a kit that is missing', { command: 'retry-kit', gatewayId, reason: 'x' }],
    ['no kits', { command: 'acknowledge-kits', gatewayId, kitIds: [], credentialId: 'notThere01', reason: 'x' }],
  ])('refuses with 400 what the document does not allow: %s', async (_, call) => {
    expect(isAllowed('operate', call)).toBe(false);
    expect((await posted('operate', call)).status).toBe(400);
  });

  it('refuses with 400 a gateway that is not there', async () => {
    expect(await posted('operate', { command: 'hold', gatewayId: 'none', reason: 'x' })).toMatchObject({
      status: 400,
      body: { result: 'REFUSED', message: expect.stringContaining('is not registered') },
    });
  });

  it('refuses with 403 who has not signed, as the document says', async () => {
    const { status } = await fetch(urls.operate, { method: 'POST', body: '{}' });
    expect({ status, isSaid: '403' in documentOf('operate').paths['/'].post.responses }).toEqual({
      status: 403,
      isSaid: true,
    });
  });
});
