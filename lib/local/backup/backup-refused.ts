/** A backup that is not made or not restored; the message says what was given and what to do. Nothing was changed. */
export class BackupRefused extends Error {
  override readonly name = 'BackupRefused';
}
