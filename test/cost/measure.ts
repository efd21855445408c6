import { CreateSecretCommand, GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { GetExecutionHistoryCommand, ListExecutionsCommand } from '@aws-sdk/client-sfn';
import { defaultPolicy } from '../../lambdas/domain/policy.ts';
import type { AnsweredCall } from '../../lib/emulator/endpoint/endpoint.ts';
import { gatewayId, openSystem, type System, tagOfKits } from '../support/system.ts';

/** What a piece of work used, in the units of the bill. */
export type Usage = {
  readonly readUnits: number;
  readonly writeUnits: number;
  readonly secretCalls: number;
  readonly events: number;
  readonly messages: number;
  readonly transitions: number;
  readonly invocations: number;
  /** AWS calls of all functions together: what their time goes to. */
  readonly calls: number;
};

/** A kit that reads its credential from a secret of its own: nothing outside the deployment is needed for it. */
const kit = (index: number) => ({
  kitId: `kit-${index}`,
  kind: 'secrets-manager',
  owner: 'team@example.com',
  settings: { secretId: `kits/kit-${index}`, propagationSeconds: 60 },
});

const askEveryMs = 30_000;
/** Functions of the policy check: their calls belong to the requests, not to a rotation. */
const ofRequests: ReadonlySet<string> = new Set(['authorize', 'sideband']);

/**
 * Rotates a gateway with so many kits once, on this machine in virtual time and with the default policy, while every kit
 * keeps asking; counts what it used. Every kit moves at once, so nobody is waited for.
 */
export const measureRotation = async (kits: number): Promise<Usage> => {
  const calls: AnsweredCall[] = [];
  const system = await openSystem({
    kits: Array.from({ length: kits }, (_, index) => kit(index)),
    policy: defaultPolicy,
    onCall: (call) => void calls.push(call),
  });
  try {
    const { secretsManager } = system.deployment;
    const Tags = [tagOfKits];
    for (let index = 0; index < kits; index++)
      await secretsManager.send(new CreateSecretCommand({ Name: `kits/kit-${index}`, SecretString: 'none yet', Tags }));
    await untilEnded(system, kits, 'bootstrap');
    calls.length = 0;
    const executionArn = await system.start({ gatewayId, reason: 'measured' });
    await untilEnded(system, kits, executionArn);
    return { ...usageOf(calls), ...(await workflowOf(system)) };
  } finally {
    await system.close();
  }
};

/** Lets time pass, with every kit asking, until the rotation that was started has ended. */
const untilEnded = async (system: System, kits: number, what: string): Promise<void> => {
  await system.until(({ rotation }) => rotation !== undefined);
  for (let waitedMs = 0; waitedMs < 6 * 3_600_000; waitedMs += askEveryMs) {
    if (!(await system.gateway()).rotation) return;
    await system.timers.advance(askEveryMs);
    for (let index = 0; index < kits; index++) await askAs(system, index);
  }
  throw new Error(`The rotation (${what}) did not end within six hours.`);
};

const askAs = async (system: System, index: number): Promise<void> => {
  const secret = new GetSecretValueCommand({ SecretId: `kits/kit-${index}` });
  const { SecretString = '' } = await system.deployment.secretsManager.send(secret);
  if (SecretString.startsWith('gwc_')) await system.ask(SecretString, `kit-${index}`);
};

/** DynamoDB bills reads by 4 KB and writes by 1 KB of an item; what went over the wire is a little more than the item. */
const usageOf = (all: readonly AnsweredCall[]): Omit<Usage, 'transitions' | 'invocations'> => {
  const calls = all.filter(({ caller }) => caller !== 'operator' && !ofRequests.has(caller));
  const of = (service: string, operations: RegExp) =>
    calls.filter((call) => call.service === service && operations.test(call.operation));
  const units = (some: readonly AnsweredCall[], bytesOf: (call: AnsweredCall) => number, size: number) =>
    some.reduce((sum, call) => sum + Math.max(1, Math.ceil(bytesOf(call) / size)), 0);
  return {
    readUnits: units(of('dynamodb', /^(GetItem|Query)$/), ({ responseBytes }) => responseBytes, 4096),
    writeUnits: units(of('dynamodb', /^(PutItem|UpdateItem)$/), ({ requestBytes }) => requestBytes, 1024),
    secretCalls: of('secretsmanager', /./).length,
    events: of('events', /^PutEvents$/).length,
    messages: of('sns', /^Publish$/).length,
    calls: calls.length,
  };
};

/** State transitions and function calls of the last rotation's executions. */
const workflowOf = async ({ deployment, gateway }: System): Promise<Pick<Usage, 'transitions' | 'invocations'>> => {
  const { stepFunctions, cloud } = deployment;
  const rotationId = (await gateway()).ended.at(-1)?.rotationId ?? '';
  const { stateMachineArn } = cloud.outputs;
  const { executions = [] } = await stepFunctions.send(new ListExecutionsCommand({ stateMachineArn }));
  const first = executions.reduce((latest, one) =>
    one.startDate && latest.startDate && one.startDate > latest.startDate ? one : latest,
  );
  const ofIt = executions.filter(
    ({ name = '', executionArn }) => name.startsWith(rotationId) || executionArn === first.executionArn,
  );
  const types: string[] = [];
  for (const { executionArn } of ofIt) {
    const { events = [] } = await stepFunctions.send(
      new GetExecutionHistoryCommand({ executionArn, maxResults: 1000 }),
    );
    types.push(...events.map(({ type = '' }) => type));
  }
  const count = (wanted: RegExp) => types.filter((type) => wanted.test(type)).length;
  return { transitions: count(/Entered$/), invocations: count(/^(TaskScheduled|LambdaFunctionScheduled)$/) };
};
