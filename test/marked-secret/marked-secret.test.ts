import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  RotateSecretCommand,
} from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cliOf } from '../cli/terminal-double.ts';
import { gatewayId, manualKit, openSystem, type System, tagOfKits } from '../support/system.ts';
import { openOutputs } from './outputs.ts';

/** What may be read nowhere but in Secrets Manager, in a function's memory and in a kit. */
const markers = {
  signing: `whsec_${Buffer.from('MARKED-SIGNING-SECRET-0123456789').toString('base64')}`,
  reader: 'MARKED-READER-VALUE',
};
/** Any credential of the builtin authority, whatever its id. */
const credential = /gwc_[0-9A-Za-z]{10}_[0-9A-Za-z]{20,}/;

let system: System;
let echo: Server;
const { outputs, keep, attempt, collect } = openOutputs();
const secrets = new Set<string>(Object.values(markers));

/** Every value that the emulated Secrets Manager holds now. */
const collectSecrets = async (): Promise<void> => {
  const { secretsManager } = system.deployment;
  const { secretArn } = await system.gateway();
  const { VersionIdsToStages = {} } = await secretsManager.send(new DescribeSecretCommand({ SecretId: secretArn }));
  for (const VersionId of Object.keys(VersionIdsToStages)) {
    const get = new GetSecretValueCommand({ SecretId: secretArn, VersionId });
    const { SecretString = '' } = await secretsManager.send(get).catch(() => ({ SecretString: '' })); // an empty AWSPENDING
    const value = credential.exec(SecretString)?.[0];
    if (value) secrets.add(value);
  }
};

beforeAll(async () => {
  // A kit's management API that fails and repeats whatever it was sent, headers and body.
  echo = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => response.writeHead(400).end(JSON.stringify({ error: body, headers: request.headers })));
  });
  await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(echo.address() as AddressInfo).port}/`;
  const kit = (kitId: string, kind: string, settings: object) => ({ ...manualKit(kitId), kind, settings });
  system = await openSystem({
    kits: [
      manualKit('one'),
      kit('echo', 'webhook', { url, readBackUrl: url, signingSecret: 'kits/signing', propagationSeconds: 1 }),
      kit('reader', 'secrets-manager', { secretId: 'kits/reader', propagationSeconds: 1 }),
      kit('nowhere', 'kong', { adminUrl: url, adminTokenSecret: 'kits/signing', propagationSeconds: 1 }),
    ],
    policy: { remindAfterSeconds: 20, escalateAfterSeconds: 40, deadlineSeconds: 60 },
  });
  const Tags = [tagOfKits];
  const { secretsManager } = system.deployment;
  await secretsManager.send(new CreateSecretCommand({ Name: 'kits/signing', SecretString: markers.signing, Tags }));
  await secretsManager.send(new CreateSecretCommand({ Name: 'kits/reader', SecretString: markers.reader, Tags }));
  await play();
  await collect(system);
});

afterAll(async () => {
  await system.close();
  echo.close();
});

/** Every way of the system, and everything that can go wrong with a secret in it. */
const play = async (): Promise<void> => {
  const run = cliOf(system);
  await system.until(({ rotation }) => rotation?.held !== undefined || rotation?.stage === 'DISTRIBUTED');
  await collectSecrets();
  const [value = ''] = [...secrets].filter((one) => credential.test(one));
  expect(value).not.toBe('');
  await system.timers.advance(70_000); // owners are reminded, escalated to, and the rotation is held
  for (const where of ['status', 'status orders', 'history orders', 'kits list orders', 'history orders --json']) {
    const { out, said } = await run(where);
    keep(`cli ${where}`, out + said);
  }
  for (const ask of [
    {},
    { view: 'gateway', gatewayId },
    { view: 'history', gatewayId },
    { view: 'act', act: 'force', gatewayId },
    { view: 'act', act: 'compromise', gatewayId },
  ])
    for (const format of ['html', 'json'])
      await attempt(`console ${format}`, () => system.call('console', { ...ask, format }));
  // People put a value where an id belongs.
  const by = { actor: 'ann', reason: 'a mistake' };
  await attempt('operate', () =>
    system.call('operate', { command: 'acknowledge-kit', gatewayId, kitId: 'one', credentialId: value, ...by }),
  );
  await attempt('operate', () =>
    system.call('operate', { command: 'adopt', gatewayId, credentialId: 'x', versionId: value, ...by }),
  );
  await attempt('compromise', () =>
    system.call('compromise', {
      gatewayId,
      confirmGatewayId: gatewayId,
      credentialIds: [value],
      requestId: 'r-0',
      ...by,
    }),
  );
  await attempt('apply', () =>
    system.call('apply-registry', {
      registry: {
        gateways: [
          {
            gatewayId,
            authority: { kind: 'builtin' },
            decision: { kind: 'allow-all' },
            kits: [
              {
                kitId: 'x',
                kind: 'kong',
                owner: 'x',
                settings: { adminUrl: value, adminTokenSecret: value, token: value },
              },
            ],
          },
        ],
      },
    }),
  );
  await attempt('evidence', () => system.call('evidence', { rotationId: value }));
  await attempt('console-act', () =>
    system.call('console-act', {
      act: 'acknowledge-kit',
      gatewayId,
      kitId: 'one',
      credentialId: value,
      requestId: 'r-1',
      ...by,
    }),
  );
  // Requests with a credential in every place, good and malformed.
  const url = `${system.deployment.policyCheckUrl}/gateways/${gatewayId}/kits/one/sideband/request`;
  for (const token of [value, `${value}x`, value.slice(0, -1), `Bearer ${value}`])
    for (const body of [
      JSON.stringify({ headers: [{ 'client-token': value }], url: `https://x/?${value}`, method: value }),
      value,
      '{',
    ])
      await attempt('policy check', async () =>
        (
          await fetch(url, {
            method: 'POST',
            headers: { 'content-type': 'application/json', 'client-token': token },
            body,
          })
        ).text(),
      );
  // The owners' secrets are wrong, a rotation by Secrets Manager, a compromise, and the end.
  const { secretsManager } = system.deployment;
  await secretsManager.send(
    new PutSecretValueCommand({ SecretId: 'kits/signing', SecretString: `not a key ${markers.signing}` }),
  );
  await run(['force', gatewayId, '--reason', 'go on', '--yes']);
  await system.timers.advance(10_000);
  const { secretArn } = await system.gateway();
  await attempt('rotate-secret', () =>
    secretsManager.send(
      new RotateSecretCommand({
        SecretId: secretArn,
        RotationLambdaARN: 'arn:aws:lambda:us-east-1:000000000000:function:rotate-secret',
        RotationRules: { AutomaticallyAfterDays: 30 },
      }),
    ),
  );
  await system.timers.advance(20_000);
  await collectSecrets();
  const pressed = await run([
    'compromised',
    gatewayId,
    '--reason',
    'leaked',
    '--within',
    '3',
    '--confirm',
    gatewayId,
    '--json',
  ]);
  keep('cli compromised', pressed.out + pressed.said);
  await system.timers.advance(30_000);
  await collectSecrets();
  await system.timers.advance(60_000);
  await system.call('reconcile', {});
  const rotationId = (await system.gateway()).rotation?.rotationId;
  await attempt('evidence', () => system.call('evidence', { rotationId }));
};

it('no output holds a credential, a token of a kit or a signing secret, whatever failed (invariant 9)', () => {
  expect(secrets.size).toBeGreaterThan(3); // the two marked ones, and at least two credentials
  for (const where of [
    'logs',
    'events',
    'messages to owners',
    'executions',
    'console html',
    'cli history orders',
    'policy check',
    'evidence',
  ])
    expect(outputs.get(where)?.length ?? 0, where).toBeGreaterThan(20);
  const found = [...outputs].flatMap(([where, text]) => [
    ...[...secrets].filter((secret) => text.includes(secret)).map((secret) => `${where}: ${secret.slice(0, 8)}…`),
    ...(credential.test(text) ? [`${where}: a credential`] : []),
  ]);
  expect(found).toEqual([]);
});
