import type { CredentialValue } from '../domain/credential.ts';
import type { Kit } from '../domain/kit.ts';
import { KitCallFailed, type KitCallProblem } from '../domain/kit-call-failed.ts';
import { type KitError, KitMisconfigured, KitRefused, KitUnreachable, type Said } from './kit-errors.ts';
import type { KitAccess } from './kit-kind.ts';
import type { FolderSettings } from './pinggateway-settings.ts';

/** The file of one kit in the folder of a FileSystemSecretStore. */
export const secretFile = (kit: Kit, { path, fileName, format }: FolderSettings, { files, signal }: KitAccess) => {
  const where = `file ${fileName} in ${path}`;
  const call = <Output>(doing: string, work: Promise<Output>): Promise<Output> =>
    work.catch((error: unknown) => {
      throw error instanceof KitCallFailed ? problems[error.problem]({ doing, kit, answer: error.answer }) : error;
    });
  const read = () => call(`Reading ${where}`, files.read(path, fileName, signal));
  return {
    where,
    /** The text that stands for a credential, or the one that the file has, decoded. */
    held: async (): Promise<string> => {
      const text = await read();
      return format === 'PLAIN' ? text : Buffer.from(text, 'base64').toString();
    },
    /** Whether the file is to the byte what is written for this credential. */
    holds: async (value: CredentialValue): Promise<boolean> => (await read()) === encoded(value, format),
    replace: (value: CredentialValue): Promise<void> =>
      call(`Writing ${where}`, files.replace(path, fileName, encoded(value, format), signal)),
  };
};

const encoded = (value: CredentialValue, format: FolderSettings['format']): string =>
  format === 'PLAIN' ? value : Buffer.from(value).toString('base64');

type Problem = (said: Omit<Said, 'todo'>) => KitError;
const unreachable =
  (code: ConstructorParameters<typeof KitUnreachable>[0]): Problem =>
  (said) =>
    new KitUnreachable(code, { ...said, todo: 'It is tried again; look at the disk or the mount if this stays.' });

/** What each problem with a file is thrown as. */
const problems: Readonly<Record<KitCallProblem, Problem>> = {
  NOT_GIVEN: (said) =>
    new KitMisconfigured('NOT_FOUND', {
      ...said,
      todo: 'Correct folder.path and folder.fileName; a file is made once by hand, empty, with the owner and the mode that PingGateway needs.',
    }),
  ACCESS_DENIED: (said) =>
    new KitRefused('ACCESS_DENIED', {
      ...said,
      todo: 'Let the file and its folder belong to the user whom this system runs as, with the group of PingGateway.',
    }),
  REQUEST_REFUSED: (said) =>
    new KitRefused('REQUEST_REFUSED', {
      ...said,
      todo: 'Let it be a plain file of that very folder, to which only its owner and its group have rights (chmod 640).',
    }),
  CHANGED_MEANWHILE: unreachable('CHANGED_MEANWHILE'),
  TIMEOUT: unreachable('TIMEOUT'),
  RATE_LIMITED: unreachable('RATE_LIMITED'),
  NO_CONNECTION: unreachable('NO_CONNECTION'),
  SERVER_ERROR: unreachable('SERVER_ERROR'),
};
