import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { DescribeSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { readAudit } from '../../lambdas/aws/audit.ts';
import { readGateway } from '../../lambdas/aws/gateway-item.ts';
import { itemCallsOf } from '../../lambdas/aws/sdk-item-calls.ts';
import type { Gateway, Transition } from '../../lambdas/domain/gateway.ts';
import type { GatewayId } from '../../lambdas/domain/ids.ts';
import { resourcesOf } from '../../lib/emulator/cloudformation/template.ts';
import { synthesised } from '../../lib/local/synthesised.ts';
import { freePort } from '../support/free-port.ts';
import { openKits } from './kits.ts';
import { seeded } from './random.ts';

/**
 * Kills the local deployment at random moments of rotations and compromises, with kits that go on calling, and checks
 * after the last start that everything came right by itself. Ends by itself; exit code 0 when every check holds.
 */
const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    seed: { type: 'string', default: `${Date.now() % 1_000_000}` },
  },
});
const kills = Number(values.kills);
const random = seeded(Number(values.seed));
console.log(`Chaos: ${kills} kills, seed ${values.seed} (npm run chaos -- --kills ${kills} --seed ${values.seed})`);

const folder = mkdtempSync(join(tmpdir(), 'chaos-'));
const [port, awsPort] = [await freePort(), await freePort()];
/** The operator's key, once the first start has written it. */
const credentials = async () => {
  const text = readFileSync(join(folder, 'data', 'aws-credentials'), 'utf8');
  const value = (name: string): string => new RegExp(`^${name} = (.+)$`, 'm').exec(text)?.[1] ?? '';
  return { accessKeyId: value('aws_access_key_id'), secretAccessKey: value('aws_secret_access_key') };
};
const settings = { region: 'us-east-1', endpoint: `http://127.0.0.1:${awsPort}`, credentials };
const [dynamodb, secrets, stepFunctions, lambda] = [
  new DynamoDBClient(settings),
  new SecretsManagerClient(settings),
  new SFNClient(settings),
  new LambdaClient(settings),
];
const gatewayId = 'chaos' as GatewayId;
const kits = await openKits(`http://127.0.0.1:${port}`, secrets);
const gatewaysFile = join(folder, 'gateways.json');
const policy = {
  ...{ quietWindowSeconds: 4, useRecordingSeconds: 1, longestRequestSeconds: 1, longestWaitSeconds: 1 },
  waves: [{ kits: 1, bakeSeconds: 2 }, { percent: 100 }],
};
writeFileSync(
  gatewaysFile,
  JSON.stringify({
    gateways: [
      { gatewayId, authority: { kind: 'builtin' }, decision: { kind: 'allow-all' }, policy, kits: kits.registry },
    ],
  }),
);
const template = await synthesised(process.cwd(), gatewaysFile);
const table = resourcesOf(template, 'AWS::DynamoDB::Table')[0]?.logicalId ?? '';

/** Starts the deployment and waits until it is ready. Rejects when it ends first. */
const startSystem = async (): Promise<ChildProcess> => {
  const args = [
    'lib/local/start.ts',
    '--gateways',
    gatewaysFile,
    '--data',
    join(folder, 'data'),
    '--port',
    `${port}`,
    '--aws-port',
    `${awsPort}`,
    '--console-port',
    '0',
  ];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  await new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        output += chunk.toString();
        if (output.includes('Ready in')) resolve();
      });
    child.once('exit', (code) => reject(new Error(`The system ended with ${code}:\n${output}`)));
  });
  return child;
};

const record = async (): Promise<Gateway | undefined> => readGateway(itemCallsOf(dynamodb), table, gatewayId);
const invoke = (FunctionName: string, payload: object) =>
  lambda.send(new InvokeCommand({ FunctionName, Payload: Buffer.from(JSON.stringify(payload)) }));
const stateMachineArn = 'arn:aws:states:us-east-1:000000000000:stateMachine:rotation';

const outcomes = { rotations: 0, presses: 0, resumes: 0 };
/** Starts a rotation, or presses the button, or lets go on what a person would let go on. What the kill interrupts is no failure of this script. */
const stir = async (): Promise<void> => {
  const gateway = await record();
  if (gateway?.rotation?.held) {
    outcomes.resumes += 1;
    await invoke('operate', { command: 'resume', gatewayId, reason: 'chaos', actor: 'chaos' });
  }
  if (gateway?.live.length && random() < 0.25) {
    outcomes.presses += 1;
    await invoke('compromise', {
      gatewayId,
      confirmGatewayId: gatewayId,
      reason: 'chaos',
      actor: 'chaos',
      requestId: `chaos-${outcomes.presses}`,
      rejectWithinSeconds: 30,
    });
  } else if (gateway && !gateway.rotation && gateway.live.length > 0) {
    outcomes.rotations += 1;
    await stepFunctions.send(
      new StartExecutionCommand({ stateMachineArn, input: JSON.stringify({ gatewayId, reason: 'chaos' }) }),
    );
  }
};

const settle = async (): Promise<Gateway> => {
  for (let waited = 0; waited < 180_000; waited += 500) {
    const gateway = await record();
    if (gateway && !gateway.rotation && gateway.live.length > 0 && gateway.outbox.length === 0) return gateway;
    if (gateway?.rotation?.held) await stir();
    await pause(500);
  }
  throw new Error(`Not settled after three minutes: ${JSON.stringify((await record())?.rotation)}`);
};

const problems: string[] = [];
const check = (holds: boolean, what: string): void => {
  console.log(`${holds ? '✔' : '✘'} ${what}`);
  if (!holds) problems.push(what);
};

let system: ChildProcess | undefined;
try {
  for (let kill = 1; kill <= kills; kill++) {
    system = await startSystem();
    if (kill === 1) {
      await kits.prepare();
      kits.start();
    }
    await stir();
    await pause(random() * 5_000);
    const exited = once(system, 'exit');
    system.kill('SIGKILL');
    await exited;
    if (process.stdout.isTTY || kill % 10 === 0 || kill === kills)
      console.log(`killed ${kill}/${kills}`, outcomes, kits.counts());
  }
  system = await startSystem();
  const gateway = await settle();
  const transitions: Transition[] = [];
  for await (const transition of readAudit(dynamodb, table, gatewayId, 0)) transitions.push(transition);
  const { VersionIdsToStages = {} } = await secrets.send(new DescribeSecretCommand({ SecretId: gateway.secretArn }));
  const holderOf = (label: string): string | undefined =>
    Object.entries(VersionIdsToStages).find(([, labels]) => labels.includes(label))?.[0];
  const liveLabels = Object.values(VersionIdsToStages)
    .flat()
    .filter((label) => label.startsWith('live-'));
  const createdBy = transitions.filter(({ kind }) => kind === 'created').map(({ rotationId }) => rotationId);
  const { requests, refused, failed } = kits.counts();
  check(gateway.live.length === 1, `one live credential is left (${gateway.live.length})`);
  check(
    new Set(createdBy).size === createdBy.length,
    `at most one credential was made for each rotation (${createdBy.length} made)`,
  );
  check(
    liveLabels.join() === gateway.live.map(({ credentialId }) => `live-${credentialId}`).join(),
    'no live label is left without its credential: no orphan',
  );
  check(holderOf('AWSCURRENT') === gateway.currentVersionId, 'AWSCURRENT is where the record says');
  check(
    holderOf('AWSPENDING') === undefined || holderOf('AWSPENDING') === gateway.currentVersionId,
    'AWSPENDING is not stuck',
  );
  check(
    gateway.revoked.every(({ confirmedAtMs }) => confirmedAtMs !== undefined),
    'every revoked credential was seen refused',
  );
  check(
    transitions.every(({ revision }, index) => revision > (transitions[index - 1]?.revision ?? 0)),
    `every transition is recorded once (${transitions.length})`,
  );
  check(
    refused === 0,
    `no legitimate request was refused (${requests} requests, ${failed} without an answer while the system was down)`,
  );
} finally {
  system?.kill('SIGKILL');
  await kits.close();
  for (const client of [dynamodb, secrets, stepFunctions, lambda]) client.destroy();
  if (problems.length === 0) rmSync(folder, { recursive: true, force: true });
  else console.error(`The data is kept in ${folder}.`);
}
process.exitCode = problems.length === 0 ? 0 : 1;
