import { RegistryRefused } from '../../lambdas/registry/read-registry.ts';
import { startCommand } from '../defaults.ts';
import { DataFolderUnusable } from '../emulator/wire/data-folder.ts';
import { exitCodes } from '../exit-codes.ts';
import { NotWritten } from '../user-file.ts';
import { BackupRefused } from './backup/backup-refused.ts';
import { MoveRefused } from './move/move-refused.ts';
import { OptionRefused } from './read-flags.ts';
import { SynthesisRefused } from './synthesised.ts';

/** What the system says of a file, in words. */
const fileProblems: Readonly<Record<string, string>> = {
  EACCES: 'this user may not use it',
  EDQUOT: "this user's share of the disk is full: free some space, and start again",
  EEXIST: 'there is something of that name that is no folder',
  EISDIR: 'it is a folder, and a file is needed',
  ENOENT: 'there is no such file or folder',
  ENOSPC: 'the disk is full: free some space, and start again',
  ENOTDIR: 'a part of the path is no folder',
  EPERM: 'this user may not use it',
  EROFS: 'nothing can be written there',
};

const isForPeople = (error: unknown): error is Error =>
  error instanceof OptionRefused ||
  error instanceof NotWritten ||
  error instanceof BackupRefused ||
  error instanceof MoveRefused ||
  error instanceof RegistryRefused ||
  error instanceof DataFolderUnusable ||
  error instanceof SynthesisRefused;

/** What the person who typed the command is told: one line, or each problem of a file; only a defect shows where it happened. */
export const explain = (error: unknown): string => {
  if (isForPeople(error)) return error.message;
  const { code, port, address, path } = (error ?? {}) as Readonly<Record<string, unknown>>;
  if (code === 'EADDRINUSE')
    return `Port ${String(port)} of ${String(address)} is in use: stop what listens there, or give another port (${startCommand('--help')}).`;
  if (code === 'EADDRNOTAVAIL')
    return `This machine has no address ${String(address)}: give one of its own with --listen.`;
  if (code === 'EACCES' && port !== undefined)
    return `Port ${String(port)} of ${String(address)} is not for this user: give one from 1024 up.`;
  const problem = fileProblems[String(code)];
  if (problem !== undefined && (typeof path === 'string' || code === 'ENOSPC'))
    return `${typeof path === 'string' ? path : 'The data folder'}: ${problem}.`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
};

/** How the start ends then: as every command ends for the same reason. */
export const exitCodeOf = (error: unknown): number =>
  error instanceof OptionRefused || error instanceof RegistryRefused || error instanceof NotWritten
    ? exitCodes.usage
    : exitCodes.refused;
