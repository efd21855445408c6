import { dataFolderVariable } from '../defaults.ts';
import { CommandFailed } from './failure.ts';

/** What was typed: arguments and options by their names. */
export type Given = Readonly<Record<string, unknown>>;

/** The variables that say which deployment is meant where no option does. */
export const targetVariables = {
  data: dataFolderVariable,
  stack: 'GATEWAY_CREDENTIALS_STACK',
  region: 'GATEWAY_CREDENTIALS_REGION',
} as const;

/**
 * What was typed, with the deployment that the environment names where no option does; an option wins, and one for AWS over a
 * variable for this machine. Throws {@link CommandFailed} when two variables name two deployments.
 */
export const targeted = (given: Given, environment: NodeJS.ProcessEnv): Given => {
  const [data, stack, region] = [targetVariables.data, targetVariables.stack, targetVariables.region].map(
    (name) => environment[name] || undefined,
  );
  if (given.data !== undefined) return given;
  if (given.local === true) return { ...(data === undefined ? {} : { data }), ...given };
  const isAws = given.stack !== undefined || given.region !== undefined;
  if (!isAws && data !== undefined && stack !== undefined)
    throw new CommandFailed(
      'usage',
      `${targetVariables.data} and ${targetVariables.stack} are both set, and each names another deployment: say which with --data or --stack.`,
    );
  if (!isAws && data !== undefined) return { ...given, data };
  return { ...(stack === undefined ? {} : { stack }), ...(region === undefined ? {} : { region }), ...given };
};
