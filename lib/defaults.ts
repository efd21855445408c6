import { homedir } from 'node:os';
import { join } from 'node:path';

/** The name of the stack, on AWS and on this machine. */
export const defaultStackName = 'GatewayCredentialRotation';

/** The folder of this user; who runs in a container may have none, and is given the one that he is in. */
const home = (): string => {
  try {
    return homedir();
  } catch {
    return process.cwd();
  }
};

/** Where this machine keeps everything, when it is told no other folder. */
export const defaultDataFolder = join(
  process.env.XDG_DATA_HOME ?? join(home(), '.local', 'share'),
  'gateway-credential-rotation',
);

/** The variable that names another one where no option does. */
export const dataFolderVariable = 'GATEWAY_CREDENTIALS_DATA';

/** Where this machine keeps everything when no option says so. */
export const dataFolderIn = (environment: NodeJS.ProcessEnv): string =>
  environment[dataFolderVariable] || defaultDataFolder;

/** How this machine is started from where this file is: in a checkout, which alone has TypeScript, or as an installed package. */
export const startCommand = (...options: readonly string[]): string =>
  import.meta.filename.endsWith('.ts')
    ? ['npm start', ...(options.length > 0 ? ['--', ...options] : [])].join(' ')
    : ['npx gateway-credentials start', ...options].join(' ');
