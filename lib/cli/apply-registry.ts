import { gzipSync } from 'node:zlib';
import { counted } from '../../lambdas/console/view/labels.ts';
import type { ApplyResult } from '../../lambdas/registry/apply-file.ts';
import { RegistryRefused } from '../../lambdas/registry/read-registry.ts';
import { wholeRegistry } from '../registry-files/whole-registry.ts';
import { actorOf } from './actor.ts';
import type { Result } from './command.ts';
import type { Connection } from './connection.ts';
import { CommandFailed } from './failure.ts';
import { askFirst, plain, type Terminal } from './terminal.ts';

/** Lambda's limit for a call is 6 MB, with what is said besides. */
const largestBytes = 5_000_000;

/** Shows what applying one document would change, asks, and applies it; who calls has found it good. */
export const applyText = async (
  { connection, terminal }: { connection: Connection; terminal: Terminal },
  registry: string,
  { reason, isAnswered }: { reason: string; isAnswered: boolean },
): Promise<ApplyResult> => {
  const asked = { ...sent(registry), reason, actor: await actorOf({ connection, terminal }) };
  const planned = await connection.apply({ ...asked, plan: true });
  if (planned.count === 0) return planned; // what is refused now is not tried
  for (const change of planned.changes) terminal.say(plain(change));
  const more = planned.count + planned.refused - planned.changes.length;
  if (more > 0) terminal.say(`and ${more} more`);
  await askFirst(terminal, `Apply ${counted(planned.count, 'change')}?`, isAnswered);
  return connection.apply({ ...asked, plan: false });
};

/** Says what applying the document would change; nothing can be changed on this way. */
export const planText = async ({ connection }: { connection: Connection }, registry: string): Promise<ApplyResult> =>
  connection.planApply(sent(registry));

/** A plan as it came back, each change a line; with `isDetailed` it ends as one that differs when there is anything. */
export const plannedResult = (json: ApplyResult, isDetailed: boolean): Result => {
  const all = json.count + json.refused;
  if (all === 0) return { document: 'applied', json, text: 'Nothing is to be changed.' };
  const more = all - json.changes.length;
  const text = [
    ...json.changes.map(plain),
    ...(more > 0 ? [`and ${more} more`] : []),
    `${counted(json.count, 'change')} would be applied${json.refused > 0 ? `, and ${json.refused} refused now: the lines with NOT NOW say why` : ''}.`,
  ].join('\n');
  return { document: 'applied', json, text, ...(isDetailed ? { endsAs: 'differs' as const } : {}) };
};

/** What became of it, as it came back: each change a line, and how many were made. A refused one ends the command otherwise. */
export const appliedResult = (json: ApplyResult): Result => {
  const { count, refused, changes } = json;
  const lines = changes.map(plain);
  const made = `${counted(count, 'change')} ${count === 1 ? 'was' : 'were'} applied`;
  if (count + refused === 0) return { document: 'applied', json, text: 'Nothing is to be changed.' };
  const sum =
    refused === 0
      ? `${made}.`
      : `${made}, and ${refused} ${refused === 1 ? 'was' : 'were'} refused: the lines with NOT NOW say why. Apply the file again when that is over.`;
  return { document: 'applied', json, text: [...lines, sum].join('\n'), isFailed: refused > 0 };
};

/** One document as it is sent: packed when it would not go otherwise. Throws {@link CommandFailed} for what never would. */
const sent = (registry: string): Readonly<Record<string, unknown>> => {
  if (Buffer.byteLength(registry) <= largestBytes) return { registry: JSON.parse(registry) as unknown };
  const registryGzip = gzipSync(registry).toString('base64');
  if (registryGzip.length > largestBytes)
    throw new CommandFailed(
      'usage',
      `The registry has ${registryGzip.length} bytes when it is packed, and one call takes ${largestBytes}: deploy it with npx cdk deploy.`,
    );
  return { registryGzip };
};

/** The registry that a file and those that it names come to. Throws {@link CommandFailed} with every problem. */
export const readWhole = (file: string): ReturnType<typeof wholeRegistry> => {
  try {
    return wholeRegistry(file);
  } catch (error) {
    if (error instanceof RegistryRefused) throw new CommandFailed('usage', error.message, { cause: error });
    throw error;
  }
};
