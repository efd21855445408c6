import { z } from 'zod';
import { parseJson } from '../wire/json.ts';
import { patterned, readMembers } from '../wire/members.ts';
import { AwsError } from '../wire/service.ts';

/** The name or ARN of a bus, as the API's model has it. */
export const busName = patterned(1, 1600, /^(arn:aws[\w-]*:events:[a-z]+-[a-z]+-[\w-]+:\d{12}:event-bus\/)?[\w./-]+$/);

const entryShape = z.object({
  Source: z.string().nullish(),
  DetailType: z.string().nullish(),
  Detail: z.string().nullish(),
  EventBusName: busName.nullish(),
  Resources: z.array(z.string()).nullish(),
  Time: z.number().nullish(),
});

/** One entry of PutEvents as it arrives. */
export type EventEntry = z.infer<typeof entryShape>;

/** PutEvents takes 10 entries and 256 KiB of them in one request ("Calculating PutEvents event entry size"). */
const MAX_ENTRIES = 10;
const MAX_BYTES = 262_144;
const TIME_BYTES = 14;
/** The latest time that a date can have, in seconds. */
const MAX_SECONDS = 8.64e12;

const entries = z
  .array(entryShape)
  .min(1, 'Member must have length greater than or equal to 1')
  .max(MAX_ENTRIES, `Member must have length less than or equal to ${MAX_ENTRIES}`);

/** The entries of a request. Throws `ValidationException` or `SerializationException` when the whole request is refused. */
export const readEntries = (input: Record<string, unknown>): readonly EventEntry[] => {
  const { Entries } = readMembers({ Entries: entries }, input);
  if (Entries.some(({ Time }) => Math.abs(Time ?? 0) > MAX_SECONDS))
    throw new AwsError('SerializationException', 'Time has the wrong type.');
  if (Entries.reduce((bytes, entry) => bytes + sizeOf(entry), 0) > MAX_BYTES) {
    throw new AwsError('ValidationException', 'Total size of the entries in the request is over the limit.');
  }
  return Entries;
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
    const value = parseJson(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
};

const sizeOf = ({ Source, DetailType, Detail, Resources, Time }: EventEntry): number =>
  [Source, DetailType, Detail, ...(Resources ?? [])].reduce(
    (bytes, part) => bytes + Buffer.byteLength(part ?? ''),
    Time == null ? 0 : TIME_BYTES,
  );
