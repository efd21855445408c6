import { codesOf } from './codes.ts';
import type { CredentialId, GatewayId, KitId } from './ids.ts';
import type { Command } from './transition.ts';

/** What a command may carry beside the gateway, who and why. How each is read is the border's: `operator/command-input.ts`. */
export type OperatorFields = {
  /** ISO text, UTC. */
  readonly deadlineAt: string;
  /** How many kits are cut off, and the hash of their list, as they were shown. */
  readonly kits: number;
  readonly kitsHash: string;
  readonly kitId: KitId;
  /** A source of a kit: an address, or the name of a node. */
  readonly source: string;
  readonly credentialId: CredentialId;
  /** The version of the gateway's secret that holds the credential. */
  readonly versionId: string;
};
export type OperatorField = keyof OperatorFields;

/** One command as schema, console, command line, events, evidence and documents know it. */
type OperatorCommandRow = {
  /** What it decides about. A rotation's and a kit's are offered in the console too. */
  readonly about: 'rotation' | 'kit' | 'credential' | 'secret';
  /** The word on its button. */
  readonly verb: string;
  /** What it does, for who is about to give it. */
  readonly does: string;
  /** What its entry in the record says. */
  readonly recorded: string;
  /** What is answered when there is nothing to do. */
  readonly already: string;
  /** Whether somebody who is accepted now may be refused by it: it is asked for once more. */
  readonly cutsOff: boolean;
  readonly required: readonly OperatorField[];
  readonly optional: readonly OperatorField[];
};

/** Everything that a person can decide, each with a command of the record of the same name. */
export const operatorCommands = {
  hold: {
    about: 'rotation',
    verb: 'Hold',
    does: 'Stops the rotation where it is; both credentials stay accepted, and what is compromised still dies on time.',
    recorded: 'Nothing goes on until a person decides, but for the end of what is compromised.',
    already: 'It is held already.',
    cutsOff: false,
    required: [],
    optional: [],
  },
  resume: {
    about: 'rotation',
    verb: 'Resume',
    does: 'Lets a held rotation go on where it stopped, and forgives its failed attempts.',
    recorded: 'A held rotation goes on.',
    already: 'It is not held.',
    cutsOff: false,
    required: [],
    optional: [],
  },
  extend: {
    about: 'rotation',
    verb: 'Extend',
    does: 'Moves the deadline of the rotation to a later time; the end of a compromised credential never moves.',
    recorded: 'The deadline of the rotation moved.',
    already: 'Its deadline is that already.',
    cutsOff: false,
    required: ['deadlineAt'],
    optional: [],
  },
  'roll-back': {
    about: 'rotation',
    verb: 'Roll back',
    does: 'Gives the kits their earlier credential again, until revoking has begun; the new one is retired under the same rule.',
    recorded: 'The rotation goes back to what it came from, or is undone before anything was handed out.',
    already: 'It is rolled back already.',
    cutsOff: false,
    required: [],
    optional: [],
  },
  force: {
    about: 'rotation',
    verb: 'Force',
    does: 'Revokes the old credentials now, in your name: kits that have not moved are cut off.',
    recorded: 'A named person, now or beforehand, takes it on himself to cut off the kits that did not move.',
    already: 'It is forced already.',
    cutsOff: true,
    required: [],
    optional: ['kits', 'kitsHash'],
  },
  'acknowledge-kit': {
    about: 'kit',
    verb: 'Acknowledge',
    does: 'Says for the owner of a kit that this very credential is installed in it; where traffic can show it, traffic still decides.',
    recorded: 'Somebody said that the credential is installed in a kit.',
    already: 'It is acknowledged already.',
    cutsOff: false,
    required: ['kitId', 'credentialId'],
    optional: [],
  },
  'retry-kit': {
    about: 'kit',
    verb: 'Retry',
    does: 'Gives a kit the credential again.',
    recorded: 'A kit is to be given the credential again.',
    already: 'It waits for the credential already.',
    cutsOff: false,
    required: ['kitId'],
    optional: [],
  },
  'retire-source': {
    about: 'kit',
    verb: 'Retire source',
    does: 'Says that an address or a node of a kit is gone for good, so that it holds nothing up any more; any new use of it undoes that.',
    recorded: 'A source of a kit is gone for good, and counts again with its next use.',
    already: 'It is retired already, and was not used since.',
    cutsOff: false,
    required: ['kitId', 'source'],
    optional: [],
  },
  adopt: {
    about: 'credential',
    verb: 'Adopt',
    does: 'Makes a credential ours that a person has put into the secret of the gateway.',
    recorded: 'A credential made by hand became ours, or current.',
    already: 'It is ours already.',
    cutsOff: false,
    required: ['credentialId', 'versionId'],
    optional: [],
  },
  'retire-credential': {
    about: 'credential',
    verb: 'Retire',
    does: 'Has one live credential retired that is not the current one, under the proof of any rotation: kits hold the current one, and it is quiet. It makes room at five.',
    recorded: 'A person has one live credential retired; nothing is minted for it.',
    already: 'The rotation that runs retires it already.',
    cutsOff: false,
    required: ['credentialId'],
    optional: [],
  },
  'waive-proof': {
    about: 'credential',
    verb: 'Waive the proof',
    does: 'Records, in your name, that nobody saw a revoked credential refused, as its value cannot be read any more; the evidence says so.',
    recorded:
      'A person recorded that nobody saw the policy check refuse a revoked credential; it stays refused, without that proof.',
    already: 'It was seen refused, or that was recorded already.',
    cutsOff: false,
    required: ['credentialId'],
    optional: [],
  },
  repair: {
    about: 'secret',
    verb: 'Repair',
    does: 'Takes a stuck AWSPENDING off the secret, so that Secrets Manager can rotate again.',
    recorded: 'A stuck AWSPENDING was taken off the secret.',
    already: 'No AWSPENDING is stuck.',
    cutsOff: false,
    required: [],
    optional: [],
  },
  recover: {
    about: 'secret',
    verb: 'Recover',
    does: 'Makes the secret of a gateway usable again when it is gone or its values are: takes it back, or makes it anew. Then put a value that a kit still holds into it and adopt that, or rotate, which gives the kits a new one.',
    recorded:
      'The secret was taken back or made anew; the credentials named are live and their values are lost, and the next rotation retires them.',
    already: 'The secret is there, with what the record expects in it.',
    cutsOff: false,
    required: [],
    optional: [],
  },
} as const satisfies Readonly<Partial<Record<Command['kind'], OperatorCommandRow>>>;

type Table = typeof operatorCommands;
export type OperatorCommandName = keyof Table;
export const operatorCommandNames = codesOf(operatorCommands);

/** Whether a text names a command of an operator. */
export const isOperatorCommand = (text: string): text is OperatorCommandName => Object.hasOwn(operatorCommands, text);

/** The names of the commands about one thing, in the order of the table. */
export type CommandsAbout<About extends OperatorCommandRow['about']> = {
  [Name in OperatorCommandName]: Table[Name]['about'] extends About ? Name : never;
}[OperatorCommandName];
export const commandsAbout = <About extends OperatorCommandRow['about']>(
  about: About,
): readonly CommandsAbout<About>[] =>
  operatorCommandNames.filter((name): name is CommandsAbout<About> => operatorCommands[name].about === about);

/** The fields of a command, as the table names them. */
export type FieldsOf<Name extends OperatorCommandName> = Pick<OperatorFields, Table[Name]['required'][number]> & {
  readonly [Field in Table[Name]['optional'][number]]?: OperatorFields[Field] | undefined;
};

/** Every field that it takes. */
export const fieldNamesOf = (name: OperatorCommandName): readonly OperatorField[] => {
  const { required, optional } = operatorCommands[name];
  return [...required, ...optional];
};

/** A command as it was given. */
export type OperatorCommand = {
  [Name in OperatorCommandName]: {
    readonly command: Name;
    readonly gatewayId: GatewayId;
    readonly reason: string;
    /** Who says so; recorded as claimed unless AWS names the caller. */
    readonly actor?: string | undefined;
  } & FieldsOf<Name>;
}[OperatorCommandName];
export type Of<Name extends OperatorCommandName> = Extract<OperatorCommand, { readonly command: Name }>;

/** What people decide, as the record names it: these commands, and the button. */
export const isDecisionOfPerson = (kind: string): boolean => kind === 'compromise' || isOperatorCommand(kind);
