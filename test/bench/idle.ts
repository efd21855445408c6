import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { cpuSecondsOf, startHere } from './npm-start.ts';
import type { Row } from './row.ts';

const watchedMs = 20_000;

type Measured = { readonly atMs: number; readonly cpuSeconds: number; readonly bytes: number };

/** The share of a core, and what was printed and logged, from one moment to another. */
const between = (from: Measured, to: Measured): { readonly share: number; readonly bytesPerSecond: number } => {
  const seconds = (to.atMs - from.atMs) / 1000;
  return {
    share: ((to.cpuSeconds - from.cpuSeconds) / seconds) * 100,
    bytesPerSecond: (to.bytes - from.bytes) / seconds,
  };
};

/** What `npm start` takes of the machine when its demo has rotated and it only stays up. */
export const idle = async (): Promise<readonly Row[]> => {
  const started = startHere([]);
  const measure = (): Measured => ({
    atMs: performance.now(),
    cpuSeconds: cpuSecondsOf(started.pid),
    bytes: started.printed().length + statSync(join(started.dataFolder, 'functions.log')).size,
  });
  try {
    await started.until(/Ready in/);
    const ready = measure();
    await started.until(/Everything stays up until Ctrl-C/);
    const rotated = measure();
    await pause(watchedMs);
    const [busy, quiet] = [between(ready, rotated), between(rotated, measure())];
    console.log(`\nnpm start with its demo, until its gateways have rotated and for ${watchedMs / 1000} s after that`);
    const said = ({ share, bytesPerSecond }: typeof busy) => ({
      '% of a core': share.toFixed(1),
      'bytes of log a second': bytesPerSecond.toFixed(0),
    });
    console.table({ 'while it rotates': said(busy), 'after that': said(quiet) });
    return [
      {
        what: 'npm start after its rotations',
        beside: `${busy.share.toFixed(0)} % and ${busy.bytesPerSecond.toFixed(0)} bytes a second while it rotates`,
        now: `${quiet.share.toFixed(1)} % of a core, ${quiet.bytesPerSecond.toFixed(0)} bytes of log a second`,
        target: '< 5 %',
        isMet: Number.isNaN(quiet.share) ? undefined : quiet.share < 5,
      },
    ];
  } finally {
    await started.stop();
  }
};
