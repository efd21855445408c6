import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../support/free-port.ts';
import { installPython, pythonTool, runOrThrow } from '../support/python.ts';
import { compareDecisions } from './iam-decisions.ts';
import type { Elsewhere, Running } from './target.ts';

/** An independent implementation of AWS services: what a machine must have for it, and how it gets and starts it. */
export type Implementation = {
  readonly target: Elsewhere;
  readonly version: string;
  /** The commands that install and run it. */
  readonly needs: readonly string[];
  /** The test files that are asked of it, relative to `test`. */
  readonly suites: readonly string[];
  /** Installs it into an empty folder. Throws when the package registry does not have it. */
  install(folder: string): void;
  /** Starts it on a port of loopback. */
  start(folder: string, port: number, functionsPort: number): ChildProcess;
  /** What it must be told before it is asked anything. */
  prepare?(endpoint: string): Promise<void>;
  /** What is compared besides the contracts: a line for each difference. */
  compare?(folder: string): Promise<readonly string[]>;
};

const beside = (...names: readonly string[]): string => join(import.meta.dirname, ...names);
const only = (found: RegExpMatchArray | null, what: string): string => {
  if (!found?.[1]) throw new Error(`${what} does not name a version.`);
  return found[1];
};

const pom = beside('dynamodb-local', 'pom.xml');
const dynamoDbLocal: Implementation = {
  target: 'DynamoDB Local',
  version: only(readFileSync(pom, 'utf8').match(/DynamoDBLocal<\/artifactId>\s*<version>(.+)<\/version>/), pom),
  needs: ['mvn', 'javac'],
  suites: [
    'conformance/dynamodb.test.ts',
    ...['aws/gateways.test.ts', 'aws/item-calls.test.ts', 'aws/kits-and-uses.test.ts', 'aws/records.test.ts'],
  ],
  install: (folder) => {
    const goal = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';
    runOrThrow(
      'mvn',
      '--quiet',
      '--batch-mode',
      '--file',
      pom,
      goal,
      `-DoutputDirectory=${folder}`,
      '-DincludeScope=runtime',
    );
  },
  start: (folder, port) => {
    const main = beside('dynamodb-local', 'DynamoDbOnLoopback.java');
    const args = [`-Djava.library.path=${folder}`, '-cp', join(folder, '*'), main, `${port}`];
    return spawn('java', args, { cwd: folder, stdio: ['ignore', 'ignore', 'ignore'] });
  },
};

const requirements = beside('moto', 'requirements.txt');
const moto: Implementation = {
  target: 'moto',
  version: only(readFileSync(requirements, 'utf8').match(/moto\S*==(\S+)/), requirements),
  needs: ['python3'],
  suites: [
    ...readdirSync(beside())
      .filter((name) => name.endsWith('.test.ts') && name !== 'lambda.test.ts')
      .map((name) => `conformance/${name}`),
    'aws/item-calls.test.ts',
  ],
  install: (folder) => {
    installPython(folder, requirements);
  },
  start: (folder, port, functionsPort) =>
    spawn(pythonTool(folder, 'moto_server'), ['--host', '127.0.0.1', '--port', `${port}`], {
      stdio: ['ignore', 'ignore', 'ignore'],
      // Without containers moto has no functions: its state machines call those of this run, at the port named here.
      env: { ...process.env, MOTO_PORT: `${functionsPort}` },
    }),
  prepare: async (endpoint) => {
    const body = JSON.stringify({ stepfunctions: { execute_state_machine: true } });
    await fetch(`${endpoint}/moto-api/config`, { method: 'POST', body });
  },
  compare: async (folder) => {
    const { asked, withCondition, disagreed } = await compareDecisions(pythonTool(folder, 'python'));
    console.log(
      `The IAM policies of the stack: ${asked} questions decided by moto too, ${disagreed.length} otherwise; ${withCondition} grants have a condition, which moto does not evaluate.`,
    );
    return disagreed;
  },
};

export const implementations: readonly Implementation[] = [dynamoDbLocal, moto];

/** The commands that it needs and this machine does not have. */
export const missing = ({ needs }: Implementation): readonly string[] =>
  needs.filter((command) => spawnSync(command, ['--version'], { stdio: 'ignore' }).error !== undefined);

/** Starts it and resolves once it answers. Rejects when it ends before, or does not answer within a minute. */
export const started = async (one: Implementation, folder: string): Promise<{ running: Running; stop(): void }> => {
  const [port, functionsPort] = [await freePort(), await freePort()];
  const child = one.start(folder, port, functionsPort);
  const stop = (): void => void child.kill();
  const endpoint = `http://127.0.0.1:${port}`;
  const giveUpAtMs = Date.now() + 60_000;
  while (!(await answers(endpoint))) {
    if (child.exitCode === null && Date.now() < giveUpAtMs) continue;
    stop();
    throw new Error(`${one.target} did not start: it ${child.exitCode === null ? 'does not answer' : 'ended'}.`);
  }
  await one.prepare?.(endpoint);
  return { running: { target: one.target, endpoint, functions: `http://127.0.0.1:${functionsPort}` }, stop };
};

const answers = (endpoint: string): Promise<boolean> =>
  fetch(endpoint, { signal: AbortSignal.timeout(1000) }).then(
    () => true,
    () => pause(200, false),
  );
