import { appendFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

/** Imported before a program: writes the address of every module that the process loads to the file LOADS_FILE. */
const urls = new Set<string>();
registerHooks({
  load: (url, context, next) => {
    urls.add(url);
    return next(url, context);
  },
});
process.on('exit', () => appendFileSync(process.env.LOADS_FILE ?? '', `${[...urls].join('\n')}\n`));
