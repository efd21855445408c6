import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { connect } from '../../lib/cli/connection.ts';
import { CommandFailed } from '../../lib/cli/failure.ts';
import { type Target, targetOf } from '../../lib/cli/target.ts';
import { defaultStackName } from '../../lib/defaults.ts';
import { exitCodes } from '../../lib/exit-codes.ts';
import { callerOf, withDeployment } from './deployment.ts';
import { playEndToEnd } from './scenario.ts';

const help = `Plays the main job from outside, against any deployment, and takes away what it made.

  npm run test:e2e -- --local [--data DIR]         this machine, where npm start runs
  npm run test:e2e -- --stack NAME                 a stack that is deployed, found with the SDK's usual settings
                                                   (AWS_PROFILE, AWS_REGION, AWS_ENDPOINT_URL)
  npm run test:e2e -- --deploy                     a stack of its own in your account, deleted afterwards; costs cents

  --gateways FILE    the registry that is deployed there (default gateways.json); its gateways are not touched
  --context K=V      a setting of the stack for --deploy, as often as needed
  --yes              do not ask; without it, nothing is done on AWS
`;

const options = {
  local: { type: 'boolean', default: false },
  data: { type: 'string' },
  stack: { type: 'string' },
  deploy: { type: 'boolean', default: false },
  gateways: { type: 'string', default: 'gateways.json' },
  context: { type: 'string', multiple: true, default: [] as string[] },
  yes: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

const beganAtMs = Date.now();
const say = (line: string): void =>
  console.log(`${((Date.now() - beganAtMs) / 1000).toFixed(1).padStart(7)} s  ${line}`);

/** Ctrl-C ends the scenario and not the taking away; nothing of it is left to whoever pays for it. */
const stopping = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const)
  process.on(name, () => {
    say(`${name}: taking away what was made …`);
    stopping.abort(new Error('It was interrupted.'));
  });

const play = async (target: Target, registry: { readonly gateways: readonly unknown[] }): Promise<void> => {
  const connection = await connect(target);
  const [rejectWithinSeconds, patienceMs] = target.isLocal ? [15, 120_000] : [60, 15 * 60_000];
  try {
    await playEndToEnd({ connection, registry, rejectWithinSeconds, patienceMs, say, signal: stopping.signal });
  } finally {
    connection.close();
  }
};

const main = async (): Promise<number> => {
  const { values } = parseArgs({ options });
  const { local, data, stack, deploy, gateways, context, yes } = values;
  const ways = [local || data !== undefined, stack !== undefined, deploy].filter(Boolean).length;
  if (values.help || ways !== 1) {
    console.log(help);
    return values.help ? exitCodes.done : exitCodes.usage;
  }
  const isHere = /^https?:\/\/(127\.|localhost|\[::1\])/.test(process.env.AWS_ENDPOINT_URL ?? '');
  if ((deploy || (stack !== undefined && !isHere)) && !yes) {
    const what = deploy ? 'would deploy and delete a stack' : `would add a gateway to ${stack} and retire it`;
    console.error(`Nothing was done: this ${what} in ${await callerOf()}. Say --yes.`);
    return exitCodes.declined;
  }
  if (deploy) {
    say(`Deploying into ${await callerOf()} …`);
    await withDeployment(context, async (name, registry) => play(targetOf({ stack: name }), registry));
  } else {
    const asked = { stack: stack ?? defaultStackName, local, ...(data === undefined ? {} : { data }) };
    await play(targetOf(asked), JSON.parse(readFileSync(gateways, 'utf8')));
  }
  say('Everything came out as promised.');
  return exitCodes.done;
};

try {
  process.exitCode = await main();
} catch (error) {
  for (let told: unknown = error; told !== undefined; told = told instanceof Error ? told.cause : undefined)
    console.error(told instanceof Error ? told.message : told);
  process.exitCode = error instanceof CommandFailed ? error.exitCode : exitCodes.refused;
}
