import type { Kit } from '../domain/kit.ts';
import { KitCallFailed, type KitCallProblem } from '../domain/kit-call-failed.ts';
import { secretTag, tagOfKit } from '../domain/secret-tag.ts';
import type { OwnersRole } from '../ports.ts';
import { KitMisconfigured, KitRefused, KitUnreachable, type Said } from './kit-errors.ts';
import { roleTodo } from './owners-role.ts';

/** What is asked for a kit, and what to look at when that is refused for good. */
type Asked = { readonly denied: string; readonly deniedToRole: string; readonly refused: string };

const secret: Asked = {
  denied:
    "Allow the function to read and write the secret and to use its key (the secret's resource policy, the key policy).",
  deniedToRole: `${roleTodo}; and let it read and write the secret and use its key.`,
  refused: 'Check that the secret is not scheduled for deletion and its key is enabled.',
};
const parameter: Asked = {
  denied:
    'Name the parameter in the gateways.json of the deployment and deploy it: only those named there may be changed. If it has a key of its own, let the key policy admit the function.',
  deniedToRole: `${roleTodo}; and let it read and write the parameter and use its key.`,
  refused:
    'Check that its key is enabled, that its AllowedPattern and its tier take a credential, and that the oldest of a hundred versions has no label.',
};

type Problem = (said: Omit<Said, 'todo'>, kit: Kit, asked: Asked, role: OwnersRole | undefined) => Error;

const tryAgain = 'It is tried again.';
const unreachable =
  (code: ConstructorParameters<typeof KitUnreachable>[0], todo = tryAgain): Problem =>
  (said) =>
    new KitUnreachable(code, { ...said, todo });

/** What each problem with a secret or a parameter of a kit is thrown as. */
const problems: Readonly<Record<KitCallProblem, Problem>> = {
  NOT_GIVEN: ({ doing }, kit) =>
    new KitMisconfigured('SECRET_NOT_GIVEN', {
      doing,
      kit,
      answer: `not there, or not tagged ${secretTag.key}=${tagOfKit(kit)}`,
      todo: `Correct its name in the settings, or have its owner give it this tag; of ${kit.gatewayId} alone it lets in all kits of the gateway.`,
    }),
  CHANGED_MEANWHILE: unreachable('NOT_STORED', 'It is read again; look for another writer if this stays.'),
  TIMEOUT: unreachable('TIMEOUT'),
  RATE_LIMITED: unreachable('RATE_LIMITED'),
  NO_CONNECTION: unreachable('NO_CONNECTION'),
  SERVER_ERROR: unreachable('SERVER_ERROR'),
  ACCESS_DENIED: (said, _, asked, role) =>
    new KitRefused('ACCESS_DENIED', { ...said, todo: role ? asked.deniedToRole : asked.denied }),
  REQUEST_REFUSED: (said, _, { refused }) => new KitRefused('REQUEST_REFUSED', { ...said, todo: refused }),
};

const calling =
  (asked: Asked) =>
  async <Output>(call: Promise<Output>, doing: string, kit: Kit, role?: OwnersRole): Promise<Output> => {
    try {
      return await call;
    } catch (error) {
      if (!(error instanceof KitCallFailed)) throw error;
      throw problems[error.problem]({ doing, kit, answer: error.answer }, kit, asked, role);
    }
  };

/** The answer of a call about a kit's secret, in our own name or in the place of a role, or one of the kit errors. */
export const callForSecret = calling(secret);

/** The same about a kit's parameter. */
export const callForParameter = calling(parameter);
