import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { e2eStackName } from './app.ts';

/** How the CDK is run; tests pass another. */
export type Cdk = (args: readonly string[]) => { readonly status: number | null };

const project = join(import.meta.dirname, '..', '..');
const cdk: Cdk = (args) =>
  spawnSync(process.execPath, [join(project, 'node_modules', 'aws-cdk', 'bin', 'cdk'), ...args], {
    cwd: project,
    stdio: 'inherit',
  });

/** Whose account it would be, as "account 111122223333 as arn:…". Throws when there are no credentials or no region. */
export const callerOf = async (client: STSClient = new STSClient({})): Promise<string> => {
  try {
    const { Account, Arn } = await client.send(new GetCallerIdentityCommand({}));
    return `account ${Account}, region ${await client.config.region()}, as ${Arn}`;
  } catch (error) {
    throw new Error(
      `AWS does not know you: ${error instanceof Error ? error.message : ''} Set AWS_PROFILE and AWS_REGION, or run "aws sso login".`,
      { cause: error },
    );
  } finally {
    client.destroy();
  }
};

/**
 * Deploys a stack of its own with no gateways, hands its name and registry to `use`, and deletes the stack with everything
 * in it, whatever became of that. Throws what `use` threw, or that the stack could not be deployed or deleted.
 */
export const withDeployment = async (
  context: readonly string[],
  use: (stackName: string, registry: { readonly gateways: readonly unknown[] }) => Promise<void>,
  run: Cdk = cdk,
): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'e2e-'));
  const registry = { gateways: [] };
  const gatewaysFile = join(folder, 'gateways.json');
  writeFileSync(gatewaysFile, JSON.stringify(registry));
  const settings = [`gateways=${gatewaysFile}`, ...context].flatMap((one) => ['--context', one]);
  const common = ['--app', `${process.execPath} test/e2e/app.ts`, '--output', join(folder, 'cdk.out'), ...settings];
  let failure: unknown;
  try {
    if (run(['deploy', e2eStackName, ...common, '--require-approval', 'never']).status !== 0)
      throw new Error(`${e2eStackName} could not be deployed: see above.`);
    await use(e2eStackName, registry);
  } catch (error) {
    failure = error;
  }
  try {
    if (run(['destroy', e2eStackName, ...common, '--force']).status !== 0)
      throw new Error(
        `${e2eStackName} could not be deleted: see above. Delete it in CloudFormation; nothing in it is protected.`,
        failure === undefined ? {} : { cause: failure },
      );
    if (failure !== undefined) throw failure;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
