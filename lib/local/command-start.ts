import { readFileSync } from 'node:fs';

/** What Linux tells of a process: its parent, and when it started, in ticks of 10 ms since the machine did (proc_pid_stat(5)). */
const told = (pid: number | 'self'): { readonly parent: number; readonly ticks: number } => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return { parent: Number(fields[1]), ticks: Number(fields[19]) };
};

/** npm, and the shell in which it runs a script. */
const isNpm = (pid: number): boolean =>
  /^(npm|\S*node \S*npm|\S*sh -c )/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' '));

/** How long before this process npm was started that runs it, in milliseconds; 0 where nobody tells. */
const headStartMs = (): number => {
  if (process.env.npm_lifecycle_event === undefined || process.platform !== 'linux') return 0;
  try {
    const own = told('self');
    let first = own;
    for (let above = own.parent; above > 1 && isNpm(above); above = first.parent) first = told(above);
    return (own.ticks - first.ticks) * 10;
  } catch {
    return 0;
  }
};

/** When the command was given that this process runs, in epoch ms: its own start, or that of the npm that runs it. */
export const commandStartedAtMs = (): number => performance.timeOrigin - headStartMs();
