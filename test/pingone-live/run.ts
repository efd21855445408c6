import { systemAccess } from '../../lambdas/authorities/pingone/client.ts';
import { exitCodes } from '../../lib/exit-codes.ts';
import { readLiveSettings, variables } from './settings.ts';
import { learnedText, playLive } from './smoke.ts';

const settings = readLiveSettings(process.env);
if ('problems' in settings) {
  const known = Object.entries(variables).map(([name, meaning]) => `  ${name.padEnd(26)} ${meaning}`);
  console.error(
    [
      'Plays create, distribute, prove and revoke in a real PingOne, with a kit of its own, and deletes what it made.',
      'Nothing was done:',
      ...settings.problems.map((problem) => `  ${problem}`),
      'The variables:',
      ...known,
    ].join('\n'),
  );
  process.exitCode = exitCodes.usage;
} else {
  const stopping = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.on(name, () => {
      console.error(`${name}: deleting what was made …`);
      stopping.abort(new Error('It was interrupted.'));
    });
  try {
    const say = (line: string): void => console.error(line);
    const learned = await playLive({ access: systemAccess, settings, say, signal: stopping.signal });
    console.log(learnedText(learned));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = exitCodes.refused;
  }
}
