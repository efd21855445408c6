/** The data folder cannot be used as it is; the message names the file and says what to do, for the person who started this. */
export class DataFolderUnusable extends Error {
  override readonly name = 'DataFolderUnusable';
}
