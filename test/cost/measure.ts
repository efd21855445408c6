import { CreateSecretCommand, GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { ListExecutionsCommand, paginateGetExecutionHistory } from '@aws-sdk/client-sfn';
import { defaultPolicy } from '../../lambdas/domain/policy.ts';
import type { AnsweredCall } from '../../lib/emulator/endpoint/answers.ts';
import type { Deployment } from '../../lib/local/deployment.ts';
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
  const counter = usageCounter();
  const system = await openSystem({
    kits: Array.from({ length: kits }, (_, index) => kit(index)),
    policy: defaultPolicy,
    onCall: counter.onCall,
  });
  try {
    const { secretsManager } = system.deployment;
    const Tags = [tagOfKits];
    for (let index = 0; index < kits; index++)
      await secretsManager.send(new CreateSecretCommand({ Name: `kits/kit-${index}`, SecretString: 'none yet', Tags }));
    await untilEnded(system, kits, 'bootstrap');
    counter.reset();
    const executionArn = await system.start({ gatewayId, reason: 'measured' });
    await untilEnded(system, kits, executionArn);
    return {
      ...counter.counts(),
      ...(await workflowOf(system.deployment, (await system.gateway()).ended.at(-1)?.rotationId ?? '')),
    };
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

/**
 * Counts the calls of a deployment's functions in the units of the bill; those of the policy check belong to requests. DynamoDB
 * bills reads by 4 KB and writes by 1 KB of an item; what went over the wire is a little more than the item.
 */
export const usageCounter = () => {
  const none = { readUnits: 0, writeUnits: 0, secretCalls: 0, events: 0, messages: 0, calls: 0 };
  const counts = { ...none };
  const units = (bytes: number, size: number): number => Math.max(1, Math.ceil(bytes / size));
  return {
    reset: (): void => void Object.assign(counts, none),
    counts: (): Omit<Usage, 'transitions' | 'invocations'> => ({ ...counts }),
    onCall: ({ caller, service, operation, requestBytes, responseBytes }: AnsweredCall): void => {
      if (caller === 'operator' || ofRequests.has(caller)) return;
      const asked = `${service} ${operation}`;
      counts.calls += 1;
      if (/^dynamodb (GetItem|Query)$/.test(asked)) counts.readUnits += units(responseBytes, 4096);
      if (/^dynamodb (PutItem|UpdateItem)$/.test(asked)) counts.writeUnits += units(requestBytes, 1024);
      if (service === 'secretsmanager') counts.secretCalls += 1;
      if (asked === 'events PutEvents') counts.events += 1;
      if (asked === 'sns Publish') counts.messages += 1;
    },
  };
};

/**
 * State transitions and function calls of the executions of one rotation, and the longest history of them. What a person has
 * started is the latest that does not have the name of an attempt.
 */
export const workflowOf = async (
  { stepFunctions, cloud }: Pick<Deployment, 'stepFunctions' | 'cloud'>,
  rotationId: string,
): Promise<Pick<Usage, 'transitions' | 'invocations'> & { readonly longestHistory: number }> => {
  const { stateMachineArn } = cloud.outputs;
  const { executions = [] } = await stepFunctions.send(new ListExecutionsCommand({ stateMachineArn }));
  const first = executions.reduce((latest, one) =>
    one.startDate && latest.startDate && one.startDate > latest.startDate ? one : latest,
  );
  const ofIt = executions.filter(
    ({ name = '', executionArn }) => name.startsWith(rotationId) || executionArn === first.executionArn,
  );
  const used = { transitions: 0, invocations: 0, longestHistory: 0 };
  for (const { executionArn } of ofIt) {
    let events = 0;
    for await (const page of paginateGetExecutionHistory({ client: stepFunctions }, { executionArn, maxResults: 1000 }))
      for (const { type = '' } of page.events ?? []) {
        events += 1;
        if (type.endsWith('Entered')) used.transitions += 1;
        if (type === 'TaskScheduled' || type === 'LambdaFunctionScheduled') used.invocations += 1;
      }
    used.longestHistory = Math.max(used.longestHistory, events);
  }
  return used;
};
