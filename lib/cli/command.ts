import * as z from 'zod';
import { longestFilter } from '../../lambdas/console/view/paging.ts';
import { inWords, problemsText } from '../../lambdas/domain/in-words.ts';
import { labelIn, labelRule } from '../../lambdas/domain/labels.ts';
import { reason } from '../../lambdas/workflow/shared/fields.ts';
import type { DocumentName } from '../document-format.ts';
import type { exitCodes } from '../exit-codes.ts';
import type { Call } from './call.ts';
import type { Connection } from './connection.ts';
import { CommandFailed } from './failure.ts';
import type { Terminal } from './terminal.ts';

/** The deployment that is asked, and the terminal that asks. */
export type At = { readonly connection: Connection; readonly terminal: Terminal; readonly call: Call };

/** What a command came to: a document for programs, and a text for people; `isFailed` ends with the exit code of a refusal, and `endsAs` with another one. */
export type Result = {
  readonly json: unknown;
  /** Which document it is, which its first member says; `own`: it has a format of its own, and is printed as it is. */
  readonly document: DocumentName | 'own';
  readonly text: string;
  readonly isFailed?: boolean;
  readonly endsAs?: keyof typeof exitCodes;
};

/** One command: how it is called and what it does. `options` are pairs of flags and their meaning. */
export type CliCommand = {
  readonly usage: string;
  readonly about: string;
  readonly examples: readonly string[];
  /** With --json it prints a document a line, while it runs. */
  readonly streams?: true;
  readonly options: readonly (readonly [flags: string, meaning: string])[];
  /** Reads the arguments and options as they were typed, before anybody is asked; what comes back runs it. Throws {@link CommandFailed}. */
  prepare(given: Readonly<Record<string, unknown>>): (at: At) => Promise<Result>;
  /** Answers what no deployment is needed for; `undefined` when one is. */
  offline?(given: Readonly<Record<string, unknown>>): Promise<Result> | undefined;
  readonly subcommands?: readonly CliCommand[];
};

/** What every command that asks a deployment may be told. */
export const common = z.object({ json: z.boolean().default(false), yes: z.boolean().default(false) });

/** The field of an option, as commander makes it of its flags: `--from-table <name>` is `fromTable`. */
const fieldOf = (flags: string): string =>
  (/--([\w-]+)/.exec(flags)?.[1] ?? '').replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

/** What was typed, by a schema. Throws {@link CommandFailed} with everything that is not allowed, each by its option or argument. */
export const parsedBy = <Schema extends z.ZodType>(
  schema: Schema,
  given: unknown,
  options: CliCommand['options'],
): z.output<Schema> => {
  const parsed = schema.safeParse(given, inWords);
  if (parsed.success) return parsed.data;
  const flags = new Map(options.map(([flag]) => [fieldOf(flag), `--${/--([\w-]+)/.exec(flag)?.[1] ?? ''}`]));
  const issues = parsed.error.issues.map((issue) => {
    const [field = '', ...within] = issue.path;
    return { ...issue, path: [flags.get(String(field)) ?? `<${String(field)}>`, ...within] };
  });
  throw new CommandFailed('usage', problemsText({ issues }));
};

/** A command whose arguments and options are checked by a schema first. Running it throws {@link CommandFailed} for what is not allowed. */
export const command = <Shape extends z.ZodRawShape>(
  spec: Omit<CliCommand, 'prepare' | 'options'> & {
    readonly options?: CliCommand['options'];
    readonly input: Shape;
    run(at: At, input: z.output<z.ZodObject<Shape>> & z.output<typeof common>): Promise<Result>;
  },
): CliCommand => {
  const schema = z.object({ ...spec.input, ...common.shape });
  return {
    options: [],
    ...spec,
    prepare: (given) => {
      const parsed = parsedBy(schema, given, spec.options ?? []);
      return (at) => spec.run(at, parsed as never);
    },
  };
};

export { reason };

/** An argument that is always given: commander sees to it. */
export const text = z.string().min(1, 'must not be empty');
export const wholeNumber = (least: number, most: number) => {
  const allowed = `allowed is a whole number from ${least} to ${most}`;
  return z.string().transform(Number).pipe(z.int(allowed).min(least, allowed).max(most, allowed));
};

/** Said with every decision: it is recorded. */
export const why = ['--reason <text>', 'why; it is recorded with your name'] as const;
export const paging = ['--page <n>', 'which page, from 1'] as const;

/** Which part of a list. */
export const page = wholeNumber(1, 100_000).optional();
export const filter = z.string().max(longestFilter).optional();

/** Labels as they are typed, several times or parted by commas; as the console takes them. */
export const label = z
  .array(z.string())
  .transform((all) => all.flatMap((one) => one.split(',')))
  .pipe(z.array(z.string().refine((one) => labelIn(one) !== undefined, `allowed is name=value: ${labelRule}`)))
  .transform((all) => all.join(','))
  .optional();
export const labelOption = [
  '--label <name=value...>',
  'only those with this label; with several, with all of them',
] as const;
