import type { Kit } from '../domain/kit.ts';
import type { AliasShown, FunctionShown } from '../ports.ts';
import { callWith, problemsOf } from './aws-call.ts';
import type { VariableSettings } from './aws-lambda-settings.ts';
import { KitMisconfigured, KitRefused } from './kit-errors.ts';
import type { KitAccess } from './kit-kind.ts';
import { retryWhileTime } from './retry-while-time.ts';

type Readable = FunctionShown & { readonly variables: Readonly<Record<string, string>> };

/** What API Gateway calls: the function itself or the version that the alias names, and what its variable holds. */
type Served = {
  readonly shown: Readable;
  readonly held: string;
  readonly version?: string;
  readonly alias?: AliasShown;
};

/** The function of one kit. Each change is of the very revision that was looked at, so that no change of somebody else is lost. */
export const functionOf = (kit: Kit, settings: VariableSettings, { functions, signal }: KitAccess) => {
  const { functionName, variable, alias: aliasName } = settings;
  const what = `function ${functionName}`;
  const call = callWith(kit, problems);

  /** The function, or one of its versions, when no change of it is under way. */
  const settled = (version?: string): Promise<Readable> =>
    retryWhileTime(signal, async () => {
      const doing = `Reading ${version === undefined ? what : `version ${version} of ${what}`}`;
      const shown = await callForFunction(functions.show(functionName, version, signal), doing, kit);
      const { variables, state } = shown;
      if (state === 'CHANGING') throw problems.CHANGED_MEANWHILE({ doing, kit, answer: 'a change is under way' });
      if (state === 'FAILED')
        throw new KitRefused('REQUEST_REFUSED', {
          doing,
          kit,
          answer: 'its last change did not succeed',
          todo: 'See LastUpdateStatusReason of the function, and mend it.',
        });
      if (!variables)
        throw new KitRefused('ACCESS_DENIED', {
          doing,
          kit,
          answer: 'its variables are not shown',
          todo: "They have a key of their own: let this function's role decrypt with it. Without seeing the others they would be lost.",
        });
      return { ...shown, variables };
    });

  const served = async (): Promise<Served> => {
    const found = aliasName === undefined ? undefined : await aliasOf(aliasName);
    const shown = await settled(found?.version);
    const held = Object.hasOwn(shown.variables, variable) ? shown.variables[variable] : undefined;
    if (held === undefined)
      throw new KitMisconfigured('NOTHING_TO_UPDATE', {
        doing: `Reading ${what}`,
        kit,
        answer: `it has no variable ${variable}`,
        todo: 'Correct variable, or set it once to any text by hand.',
      });
    return { shown, held, ...(found ? { version: found.version, alias: found } : {}) };
  };

  const aliasOf = async (name: string): Promise<AliasShown> => {
    const doing = `Reading alias ${name} of ${what}`;
    const found = await call(doing, functions.showAlias(functionName, name, signal));
    if (!found) throw problems.NOT_GIVEN({ doing, kit, answer: 'not there' });
    if (!found.isSplit) return found;
    throw new KitRefused('NOT_SUPPORTED', {
      doing,
      kit,
      answer: 'it leads a part of the calls to a second version',
      todo: 'End the shift of traffic first.',
    });
  };

  /** The unpublished function; throws KitRefused when publishing it would put more live than the credential. */
  const publishable = async (): Promise<Readable> => {
    const latest = await settled();
    if (aliasName === undefined) return latest;
    const { shown, version } = await served();
    const same =
      latest.codeSha256 === shown.codeSha256 &&
      latest.others === shown.others &&
      without(latest.variables, variable) === without(shown.variables, variable);
    if (same) return latest;
    throw new KitRefused('REQUEST_REFUSED', {
      doing: `Comparing ${what} with its version ${version}`,
      kit,
      answer: `its code, settings or other variables are not those of the version that alias ${aliasName} names`,
      todo: 'Publish what is unpublished and move the alias yourself, or take it back: this system puts nothing live but the credential.',
    });
  };

  const change = async (value: string): Promise<void> => {
    const latest = await publishable();
    if (latest.variables[variable] !== value) {
      const variables = { ...latest.variables, [variable]: value };
      const write = functions.setVariables(functionName, variables, latest.revisionId, signal);
      await call(`Writing the variables of ${what}`, write);
    }
    if (aliasName === undefined) return;
    const now = await publishable();
    if (now.variables[variable] !== value)
      throw problems.CHANGED_MEANWHILE({ doing: `Reading ${what} back`, kit, answer: 'another value is there' });
    const { version: before, alias } = await served();
    const version = await call(`Publishing a version of ${what}`, functions.publish(functionName, now, signal));
    await settled(version);
    if (version === before || !alias) return;
    const move = functions.moveAlias(functionName, aliasName, version, alias.revisionId, signal);
    await call(`Moving alias ${aliasName} of ${what}`, move);
  };

  return { served, publishable, change };
};

/** All variables but one, in an order that does not matter. */
const without = (variables: Readonly<Record<string, string>>, name: string): string =>
  JSON.stringify(
    Object.entries(variables)
      .filter(([one]) => one !== name)
      .toSorted(([one], [other]) => (one < other ? -1 : 1)),
  );

/** What is shown of a function, or one of the kit errors; one that is not there is KitMisconfigured. */
export const callForFunction = async (
  show: Promise<FunctionShown | undefined>,
  doing: string,
  kit: Kit,
): Promise<FunctionShown> => {
  const shown = await callWith(kit, problems)(doing, show);
  if (!shown) throw problems.NOT_GIVEN({ doing, kit, answer: 'not there' });
  return shown;
};

const problems = problemsOf({
  NOT_GIVEN: 'Correct functionName and alias; both are of the account and region of the deployment.',
  ACCESS_DENIED:
    'Name the function in the gateways.json of the deployment and deploy it: only those named there may be changed.',
  REQUEST_REFUSED: 'Check that all its variables together stay below 4 KB, and that the function can be changed.',
});
