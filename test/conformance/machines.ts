import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  type HistoryEvent,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { afterAll, beforeAll } from 'vitest';
import { readBody } from '../../lib/emulator/endpoint/guard.ts';
import type { Lambda } from '../../lib/emulator/lambda/lambda.ts';
import { restJsonProtocol } from '../../lib/emulator/wire/protocol-rest-json.ts';
import type { AwsService } from '../../lib/emulator/wire/service.ts';
import { systemTimers } from '../../lib/emulator/wire/timers.ts';
import { runEndpoint } from '../emulator/endpoint/running-endpoint.ts';
import { startFunctions, startServices } from '../emulator/step-functions/running.ts';
import { contractOf, type Service } from './contract.ts';
import { type ClientOptions, elsewhere, optionsFor } from './target.ts';

/** What an execution came to, with its history. */
export type Ended = {
  readonly status: string | undefined;
  readonly output?: unknown;
  readonly error?: string;
  readonly cause?: string;
  readonly events: readonly HistoryEvent[];
};

/** State machines where the contract is asked, and a client for them. */
export type Machines = {
  readonly client: SFNClient;
  /** The ARN of a machine with this definition, whose functions are `token('Echo')` and so on. */
  machineOf(definition: object): Promise<string>;
  /** Resolves when an execution has ended, in virtual time here and in real time elsewhere. */
  ended(executionArn: string | undefined): Promise<Ended>;
  close(): Promise<void>;
};

const dayMs = 24 * 60 * 60_000;

/** Here machines are declared when the service opens: each definition gets services of its own behind one endpoint. */
const openHere = async (): Promise<Machines & { clientOptions: ClientOptions }> => {
  let current = startServices({ StartAt: 'P', States: { P: { Type: 'Pass', End: true } } });
  const states: AwsService = { signingName: 'states', call: (...given) => current.states.call(...given) };
  const endpoint = await runEndpoint([states]);
  const client = new SFNClient(endpoint.clientOptions);
  return {
    clientOptions: endpoint.clientOptions,
    client,
    machineOf: async (definition) => {
      current = startServices(definition);
      return current.stateMachineArn;
    },
    ended: async (executionArn = '') => {
      await current.timers.runUntil(() => current.isClosed(executionArn), dayMs);
      return endOf(client, executionArn);
    },
    close: async () => {
      client.destroy();
      await endpoint.close();
    },
  };
};

const account = { region: 'us-east-1', accountId: '123456789012' };

/** moto has no functions without containers: its Task states call those of this run. */
const openElsewhere = async (endpoint: string, functionsUrl: string): Promise<Machines> => {
  let lambda: Lambda | undefined;
  const server = createServer((request, response) => void answerInvoke(lambda, request, response));
  await new Promise<void>((resolve) => server.listen(Number(new URL(functionsUrl).port), '127.0.0.1', resolve));
  const client = new SFNClient(optionsFor({ endpoint }));
  return {
    client,
    machineOf: async (definition) => {
      const made = startFunctions({ ...account, timers: systemTimers });
      lambda = made.lambda;
      const resource = (token: string, name: string): string => made.substitutions[name] ?? token;
      const create = new CreateStateMachineCommand({
        name: `machine-${randomUUID()}`,
        definition: JSON.stringify(definition).replaceAll(/\$\{(\w+)\}/g, resource),
        roleArn: `arn:aws:iam::${account.accountId}:role/machine`,
      });
      return (await client.send(create)).stateMachineArn ?? '';
    },
    ended: async (executionArn = '') => {
      const describe = new DescribeExecutionCommand({ executionArn });
      while ((await client.send(describe)).status === 'RUNNING') await pause(20);
      return endOf(client, executionArn);
    },
    close: async () => {
      client.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

const answerInvoke = async (lambda: Lambda | undefined, request: IncomingMessage, response: ServerResponse) => {
  const { method = '', url: target = '', headers } = request;
  if (!lambda) throw new Error('No machine was made yet.');
  const received = { method, target, headers, body: await readBody(request) };
  const answer = await restJsonProtocol
    .call(lambda, received, { name: 'states' }, randomUUID())
    .catch((error) => restJsonProtocol.refuse(error, randomUUID()));
  response.writeHead(answer.status, answer.headers).end(answer.body);
};

/** Outputs are JSON; one that is not is shown as it came. */
const readOutput = (output: string): unknown => {
  try {
    return JSON.parse(output);
  } catch {
    return { notJson: output };
  }
};

const endOf = async (client: SFNClient, executionArn: string): Promise<Ended> => {
  const { status, output, error, cause } = await client.send(new DescribeExecutionCommand({ executionArn }));
  const { events = [] } = await client.send(new GetExecutionHistoryCommand({ executionArn }));
  return {
    status,
    ...(output === undefined ? {} : { output: readOutput(output) }),
    ...(error === undefined ? {} : { error }),
    ...(cause === undefined ? {} : { cause }),
    events,
  };
};

/** A contract about state machines, and how its clauses run them. */
export const contractOfMachines = (service: Service) => {
  let machines: Machines | undefined;
  const { clause } = contractOf(service, async () => {
    const here = await openHere();
    machines = here;
    return here;
  });
  beforeAll(async () => {
    if (elsewhere?.functions) machines = await openElsewhere(elsewhere.endpoint, elsewhere.functions);
  });
  afterAll(async () => {
    if (elsewhere) await machines?.close();
  });
  const opened = (): Machines => {
    if (!machines) throw new Error('State machines are opened before the first test, and only where functions are.');
    return machines;
  };
  /** Runs one execution of a definition to its end. */
  const execute = async (definition: object, input: unknown = {}): Promise<Ended> => {
    const { client, machineOf, ended } = opened();
    const stateMachineArn = await machineOf(definition);
    const start = new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) });
    return ended((await client.send(start)).executionArn);
  };
  return {
    clause,
    machines: opened,
    execute,
    /** The same without the history, as a test compares it. */
    resultOf: async (definition: object, input: unknown = {}): Promise<Omit<Ended, 'events'>> => {
      const { events: _, ...result } = await execute(definition, input);
      return result;
    },
  };
};
