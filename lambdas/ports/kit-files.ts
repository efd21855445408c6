/**
 * Files that kits read, each in a folder and not below it. Both throw KitCallFailed: for what is not there, is no file of that
 * very folder (a symbolic link, a directory), or is nothing that we may write.
 */
export type KitFiles = {
  read(folder: string, fileName: string, signal: AbortSignal): Promise<string>;
  /**
   * Puts another text in place of a file that is there, with its owner, group and mode: whoever opens it reads the old text or
   * the new one, whole. Refuses a file that every user of the machine may read.
   */
  replace(folder: string, fileName: string, text: string, signal: AbortSignal): Promise<void>;
};
