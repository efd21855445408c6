import { KitCallFailed } from '../../../lambdas/domain/kit-call-failed.ts';
import { failureOfFile } from '../../../lambdas/kits/kit-files.ts';
import type { KitAccess } from '../../../lambdas/kits/kit-kind.ts';
import type { KitFetch } from '../../../lambdas/ports.ts';

/**
 * What a write meets: `lost` is made and its answer does not come; `never` is not made and nothing comes; a number is the
 * status of a page that quotes the whole request; a function runs after it was made.
 */
export type WriteFault =
  | 'lost'
  | 'never'
  | number
  | { readonly status: number; readonly retryAfter: string }
  | (() => unknown);

/** Tokens, permissions and secret values are asked for by POST. */
const readsByPost = /(\/token|:testIamPermissions|\/listValue|\/selfsubjectaccessreviews)(\?|$)/;

/** Access whose next writes meet these faults, over HTTP, in Secrets Manager, Parameter Store, Lambda and CloudFront, by Run Command and on a disk; `writes` counts those that were tried. */
export const faulty = (access: KitAccess, ...faults: WriteFault[]): KitAccess & { readonly writes: () => number } => {
  let count = 0;
  const next = (): WriteFault | undefined => {
    count += 1;
    return faults.shift();
  };
  const fetch: KitFetch = async (url, init) => {
    if (init.method === 'GET' || readsByPost.test(url)) return access.fetch(url, init);
    const fault = next();
    if (fault === 'never') throw cut(init.body);
    if (typeof fault === 'number') return page(fault, init, {});
    if (typeof fault === 'object') return page(fault.status, init, { 'retry-after': fault.retryAfter });
    const answer = await access.fetch(url, init);
    if (fault === 'lost') throw cut(init.body);
    await fault?.();
    return answer;
  };
  const meeting = async (made: () => Promise<void>, failed = kitCallFailed): Promise<void> => {
    const fault = next();
    if (fault === 'never') throw new KitCallFailed('NO_CONNECTION', 'no connection');
    if (typeof fault === 'number' || typeof fault === 'object')
      throw failed(typeof fault === 'number' ? fault : fault.status);
    await made();
    if (fault === 'lost') throw new KitCallFailed('NO_CONNECTION', 'no connection');
    await fault?.();
  };
  const write: KitAccess['secrets']['write'] = (...given) => meeting(() => access.secrets.write(...given));
  const setVariables: KitAccess['functions']['setVariables'] = (...given) =>
    meeting(() => access.functions.setVariables(...given));
  const secretsByRole: KitAccess['secretsByRole'] = (...by) => {
    const secrets = access.secretsByRole(...by);
    return { ...secrets, write: (...given) => meeting(() => secrets.write(...given)) };
  };
  const writeParameter: KitAccess['parameters']['write'] = (...given) =>
    meeting(() => access.parameters.write(...given));
  const writePackage: KitAccess['edge']['packages']['write'] = (...given) =>
    meeting(() => access.edge.packages.write(...given));
  const associate: KitAccess['edge']['distributions']['associate'] = (...given) =>
    meeting(() => access.edge.distributions.associate(...given));
  const replace: KitAccess['files']['replace'] = (...given) =>
    meeting(() => access.files.replace(...given), diskFailed);
  const send: KitAccess['commands']['send'] = async (...given) => {
    let commandId = '';
    await meeting(async () => {
      commandId = await access.commands.send(...given);
    });
    return commandId;
  };
  return {
    ...access,
    fetch,
    secrets: { ...access.secrets, write },
    secretsByRole,
    parameters: { ...access.parameters, write: writeParameter },
    functions: { ...access.functions, setVariables },
    edge: {
      ...access.edge,
      packages: { ...access.edge.packages, write: writePackage },
      distributions: { ...access.edge.distributions, associate },
    },
    files: { ...access.files, replace },
    commands: { ...access.commands, send },
    writes: () => count,
  };
};

const cut = (body: string | undefined) => new TypeError(`fetch failed ${body}`, { cause: new Error(`cut ${body}`) });

const page = (status: number, init: Parameters<KitFetch>[1], headers: Record<string, string>) =>
  new Response(`<html>${JSON.stringify(init)}</html>`, { status, headers });

/** What a disk has in the place of a status: busy, an error of its own, a wrong call, no right. */
const diskCodes: Readonly<Record<number, string>> = { 429: 'EBUSY', 503: 'EIO', 400: 'EINVAL', 403: 'EACCES' };

const diskFailed = (status: number) => {
  const code = diskCodes[status];
  return failureOfFile(Object.assign(new Error(`${code}: /marked/path`), { code }));
};

const kitCallFailed = (status: number) => {
  const problem =
    status === 429
      ? 'RATE_LIMITED'
      : status >= 500
        ? 'SERVER_ERROR'
        : status === 403
          ? 'ACCESS_DENIED'
          : 'REQUEST_REFUSED';
  return new KitCallFailed(problem, `HTTP ${status}`);
};
