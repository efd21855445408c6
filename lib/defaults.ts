import { homedir } from 'node:os';
import { join } from 'node:path';

/** The name of the stack, on AWS and on this machine. */
export const defaultStackName = 'GatewayCredentialRotation';

/** Where this machine keeps everything, when it is told no other folder. */
export const defaultDataFolder = join(
  process.env.XDG_DATA_HOME ?? join(homedir(), '.local', 'share'),
  'gateway-credential-rotation',
);
