/** An issue of zod, as it is before it has a sentence. */
type RawIssue = {
  readonly code?: string | undefined;
  readonly input?: unknown;
  readonly [detail: string]: unknown;
};

const types: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  null: 'null',
  date: 'a time',
};
const formats: Readonly<Record<string, string>> = {
  datetime: 'a time such as 2026-12-24T08:00:00Z',
  url: 'a URL',
  email: 'an e-mail address',
  uuid: 'a UUID',
  base64: 'a text in base64',
};

/** How much is allowed, as what is counted is counted. */
const bound = (origin: string, word: 'least' | 'most', limit: bigint | number): string =>
  origin === 'string'
    ? word === 'least' && Number(limit) === 1
      ? 'must not be empty'
      : `must have at ${word} ${limit} characters`
    : origin === 'array'
      ? `must have at ${word} ${limit} items`
      : `must be at ${word} ${limit}`;

/** What is wrong, in words that follow the name of the field. Nothing that was given is repeated: it may be a secret. */
const wordsOf = (issue: RawIssue): string => {
  if (issue.input === undefined && issue.code !== 'unrecognized_keys') return 'is missing';
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${types[String(issue.expected)] ?? 'another kind of value'}`;
    case 'invalid_value':
      return `must be ${(issue.values as readonly unknown[]).map((one) => JSON.stringify(one)).join(' or ')}`;
    case 'too_small':
      return bound(String(issue.origin), 'least', issue.minimum as number);
    case 'too_big':
      return bound(String(issue.origin), 'most', issue.maximum as number);
    case 'invalid_format':
      return `must be ${formats[String(issue.format)] ?? 'of the form that is described for it'}`;
    case 'unrecognized_keys':
      return `has ${(issue.keys as readonly string[]).map((key) => JSON.stringify(key)).join(', ')}, which is not known`;
    default:
      return 'is none of what is allowed here';
  }
};

/** Given to a schema's `safeParse`, it says in plain words what the schema itself has no sentence for. */
export const inWords = { error: wordsOf } as const;

/** `kits[1].owner` */
const nameOf = (path: readonly PropertyKey[]): string =>
  path
    .map((step, index) => (typeof step === 'number' ? `[${step}]` : `${index === 0 ? '' : '.'}${String(step)}`))
    .join('');

type Said = { readonly path: readonly PropertyKey[]; readonly message: string };

/** Everything that is wrong, each as a sentence with its field; of what was read with {@link inWords}. */
export const problemsText = ({ issues }: { readonly issues: readonly Said[] }): string =>
  issues.map(({ path, message }) => `${nameOf(path) || 'what was given'}: ${message}.`).join(' ');
