import type { Answer } from '../wire/protocol.ts';
import type { Received } from '../wire/sigv4.ts';
import { isTable } from './kept-tables.ts';
import { untilWritten } from './until-written.ts';

/** Where an item of a table stands in the store; `undefined` when there is no such table, or the key is none of it. */
export type PlaceOf = (table: string, key: object) => Promise<string | undefined>;

/** What a read names; nothing for what is no such input, which whoever is asked refuses. */
const keyIn = (body: string): { readonly TableName?: unknown; readonly Key?: object } => {
  try {
    const { TableName, Key } = Object(JSON.parse(body)) as { TableName?: unknown; Key?: unknown };
    return typeof Key === 'object' && Key !== null ? { TableName, Key } : {};
  } catch {
    return {};
  }
};

const atMost = 1_000;
const longestBody = 16_384;

/**
 * Answers of GetItem from memory: the same input is answered again as it was, until what it read is written, or the definition
 * of a table is: with another one, the same input may mean something else.
 */
export const hotReads = (placeOf: PlaceOf) => {
  const answers = new Map<string, Answer>();
  const inputs = untilWritten(
    () => new Set<string>(),
    (known) => {
      for (const input of known) answers.delete(input);
    },
  );

  const readAnew = async (input: string, body: string, ask: () => Promise<Answer>): Promise<Answer> => {
    const { TableName, Key } = keyIn(body);
    const place = typeof TableName === 'string' && Key ? await placeOf(TableName, Key) : undefined;
    if (place === undefined) return ask();
    if (answers.size >= atMost) inputs.forgetAll();
    const known = inputs.of(place);
    const answer = await ask();
    const isSmall = answer.body.length + input.length <= longestBody;
    if (answer.status === 200 && isSmall && inputs.mayKeep(place, known)) {
      known.add(input);
      answers.set(input, answer);
    }
    return answer;
  };

  return {
    /** The answer to a request: of GetItem from memory where it is known, else by asking. */
    answer: async (request: Received, ask: () => Promise<Answer>): Promise<Answer> => {
      if (request.headers['x-amz-target'] !== 'DynamoDB_20120810.GetItem') return ask();
      const body = request.body.toString();
      const input = `${request.headers['content-type']} ${body}`;
      return answers.get(input) ?? readAnew(input, body, ask);
    },
    /** These places are being written, see {@link untilWritten}. */
    writing: (written: readonly string[]): (() => void) => {
      if (written.some(isTable)) inputs.forgetAll();
      const ended = inputs.writing(written);
      return () => {
        ended();
        if (written.some(isTable)) inputs.forgetAll();
      };
    },
  };
};
