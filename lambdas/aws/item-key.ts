import { keys } from '../domain/names.ts';

/** The key of an item. */
export const itemKey = (partition: string, sort: string) => ({
  [keys.partition]: { S: partition },
  [keys.sort]: { S: sort },
});
