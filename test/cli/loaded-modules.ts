import { registerHooks } from 'node:module';

/** Preloaded into a process, it says at its end which modules were loaded, as one JSON list on the last line of standard error. */
const loaded: string[] = [];
registerHooks({
  load: (url, context, next) => {
    loaded.push(url);
    return next(url, context);
  },
});
process.on('exit', () => process.stderr.write(`\n${JSON.stringify(loaded)}`));
