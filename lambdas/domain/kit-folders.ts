/** Why a folder of a kit may not be used, as the rest of a sentence; `undefined` when it is one of those that the deployment names. */
export const refusalOfFolder = (folder: string, allowed: readonly string[]): string | undefined => {
  if (allowed.includes(folder)) return undefined;
  if (allowed.length === 0)
    return `given the folder ${folder}; this deployment reaches no folder. On one machine, start it with a gateways.json that names it; on AWS, use runCommand in place of folder`;
  return `given the folder ${folder}; this deployment allows ${allowed.join(', ')}. Start this machine with a gateways.json that names it`;
};
