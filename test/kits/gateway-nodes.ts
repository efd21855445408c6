import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SSMClient } from '@aws-sdk/client-ssm';
import { kitCommandsIn } from '../../lambdas/aws/kit-commands.ts';
import { type ManagedNode, type NodeOutcome, runCommand } from '../../lib/emulator/ssm/run-command.ts';
import { createSsm } from '../../lib/emulator/ssm/ssm.ts';
import { runEndpoint } from '../emulator/endpoint/running-endpoint.ts';
import { everyCharacter } from './every-character.ts';
import { accessTo, newer, older, startAtMs } from './installation.ts';

/** The versions of the gateway's secret by their labels, as nodes with the right to read it see them. */
const versions: ReadonlyMap<string, string> = new Map(
  [older, newer, ...everyCharacter.map(({ credential }) => credential)].map(({ credentialId, value }) => [
    `live-${credentialId}`,
    value,
  ]),
);

export const documentName = 'ping-credential';
export const [first, second] = ['i-0123456789abcdef0', 'mi-0123456789abcdef0'];

/**
 * Two nodes of PingGateway that fetch what a command names, over the real SDK. Time goes on by a second whenever it is looked at;
 * `outcomes` of a node are used up before it does what it is told.
 */
export const runNodes = async (held: string) => {
  let atMs = startAtMs;
  const clock = () => {
    atMs += 1_000;
    return atMs;
  };
  const files: Record<string, string> = { [first]: held, [second]: held };
  const outcomes: Record<string, NodeOutcome[]> = { [first]: [], [second]: [] };
  const nodeOf = (instanceId: string): ManagedNode => ({
    instanceId,
    tags: { kit: 'edge-1' },
    run: ({ VersionStage = '' }) => {
      const outcome = outcomes[instanceId]?.shift();
      if (outcome) return outcome;
      const value = versions.get(VersionStage);
      if (value === undefined) return 'Failed';
      files[instanceId] = value;
      return 'Success';
    },
  });
  const parameters = { SecretArn: /^arn:aws:secretsmanager:/, VersionStage: /^live-/ };
  const running = runCommand({
    clock,
    documents: [
      { name: documentName, versions: 2, parameters },
      { name: 'another-one', versions: 1, parameters: { Text: /./ } },
    ],
    nodes: [nodeOf(first), nodeOf(second)],
  });
  const endpoint = await runEndpoint([createSsm(running.calls)]);
  const client = new SSMClient(endpoint.clientOptions);
  const { access } = accessTo(new SecretsManagerClient({ region: 'us-east-1' }), {
    commands: kitCommandsIn(() => client),
    nowMs: clock,
  });
  return {
    ...{ access, files, outcomes, sent: running.sent, settle: running.settle },
    close: async () => {
      client.destroy();
      await endpoint.close();
    },
  };
};
export type Nodes = Awaited<ReturnType<typeof runNodes>>;
