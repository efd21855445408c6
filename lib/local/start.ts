import { fileURLToPath } from 'node:url';
import { exitCodes } from '../exit-codes.ts';
import { commandStartedAtMs } from './command-start.ts';
import { keepCompiled } from './keep-compiled.ts';
import { outliveReaders } from './stopping.ts';

const projectFolder = fileURLToPath(new URL('../..', import.meta.url));

/** Does what is done with a data folder; or reads the command line and the gateways file, has the stack synthesised in a process of its own, and loads the rest meanwhile. */
const main = async (): Promise<number> => {
  const args = process.argv.slice(2);
  if (args[0] === 'backup' || args[0] === 'restore') {
    const { runBackupCommand } = await import('./backup/command.ts');
    console.log(await runBackupCommand(args[0], args.slice(1), process.env));
    return exitCodes.done;
  }
  if (args[0] === 'move') {
    const { runMoveCommand } = await import('./move/command.ts');
    console.log(await runMoveCommand(args.slice(1), process.env));
    return exitCodes.done;
  }
  const { help, parseOptions } = await import('./options.ts');
  const options = parseOptions(args, projectFolder, process.env);
  if (options === 'help') {
    console.log(help);
    return exitCodes.done;
  }
  const { prepare } = await import('./prepare.ts');
  const prepared = await prepare(projectFolder, options, commandStartedAtMs());
  const { run } = await import('./run.ts');
  return run(prepared);
};

keepCompiled();
outliveReaders([process.stdout, process.stderr]);
try {
  process.exitCode = await main();
} catch (error) {
  const { exitCodeOf, explain } = await import('./explain.ts');
  console.error(explain(error));
  process.exitCode = exitCodeOf(error);
}
