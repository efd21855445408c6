import { z } from 'zod';
import { AwsError } from '../wire/service.ts';

const entryShape = z.object({
  Source: z.string().optional(),
  DetailType: z.string().optional(),
  Detail: z.string().optional(),
  EventBusName: z.string().optional(),
  Resources: z.array(z.string()).optional(),
  Time: z.number().optional(),
});

/** One entry of PutEvents as it arrives. */
export type EventEntry = z.infer<typeof entryShape>;

/** PutEvents takes 10 entries and 256 KiB of them in one request ("Calculating PutEvents event entry size"). */
const MAX_ENTRIES = 10;
const MAX_BYTES = 262_144;
const TIME_BYTES = 14;

/** The entries of a request. Throws `ValidationException` when the whole request is refused. */
export const readEntries = (input: Record<string, unknown>): readonly EventEntry[] => {
  const read = z.array(entryShape).safeParse(input.Entries);
  if (!read.success) throw new AwsError('SerializationException', 'Entries must be a list of entries.');
  const entries = read.data;
  if (entries.length < 1) throw invalidLength('greater than or equal to 1');
  if (entries.length > MAX_ENTRIES) throw invalidLength(`less than or equal to ${MAX_ENTRIES}`);
  if (entries.reduce((bytes, entry) => bytes + sizeOf(entry), 0) > MAX_BYTES) {
    throw new AwsError('ValidationException', 'Total size of the entries in the request is over the limit.');
  }
  return entries;
};

/** Why one entry fails while others of the same request do not; undefined when nothing is wrong with it. */
export const refusalOf = ({ Source, DetailType, Detail }: EventEntry): Record<string, string> | undefined => {
  for (const [name, value] of Object.entries({ Source, DetailType, Detail })) {
    if (!value)
      return refusal('InvalidArgument', `Parameter ${name} is not valid. Reason: ${name} is a required argument.`);
  }
  if (Source?.startsWith('aws.')) {
    return refusal('NotAuthorizedForSourceException', 'Not authorized for the source.');
  }
  return isJsonObject(Detail ?? '') ? undefined : refusal('MalformedDetail', 'Detail is malformed.');
};

const refusal = (code: string, message: string) => ({ ErrorCode: code, ErrorMessage: message });

const isJsonObject = (text: string): boolean => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
};

const sizeOf = ({ Source, DetailType, Detail, Resources, Time }: EventEntry): number =>
  [Source, DetailType, Detail, ...(Resources ?? [])].reduce(
    (bytes, text) => bytes + Buffer.byteLength(text ?? ''),
    Time === undefined ? 0 : TIME_BYTES,
  );

const invalidLength = (constraint: string): AwsError =>
  new AwsError(
    'ValidationException',
    `1 validation error detected: Value at 'entries' failed to satisfy constraint: Member must have length ${constraint}`,
  );
