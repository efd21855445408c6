/** What people sort gateways and kits by, such as `{"env": "prod"}`. */
export type Labels = Readonly<Record<string, string>>;

/** So many labels, and so many characters of all together: a gateway's record has them, which is read with each request. */
export const labelsAtMost = 8;
export const longestLabels = 224;
const longestPart = 63;

/** What a name or a value of a label may be: what Kubernetes takes for a value, so that either can be used for the other. */
export const labelPattern = /^[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/;
export const labelRule = `a name and a value, each 1 to ${longestPart} of A-Z, a-z, 0-9, "_", "." and "-", not starting or ending with the last three`;

/** One label as it is typed and shown: `env=prod`. */
const labelText = ([name, value]: readonly [string, string]): string => `${name}=${value}`;

/** All of them, parted by commas; none is an empty text. */
export const labelsText = (labels: Labels | undefined): string =>
  Object.entries(labels ?? {})
    .map(labelText)
    .join(',');

/** A label as it is typed; `undefined` for what is none. */
export const labelIn = (text: string): readonly [string, string] | undefined => {
  const [, name = '', value = ''] = /^([^=]*)=([^=]*)$/.exec(text) ?? [];
  return labelPattern.test(name) && labelPattern.test(value) ? [name, value] : undefined;
};

/** Whether what has `labels` has each of those that are asked for. */
export const hasLabels = (labels: Labels | undefined, asked: Labels): boolean =>
  Object.entries(asked).every(
    ([name, value]) => labels !== undefined && Object.hasOwn(labels, name) && labels[name] === value,
  );
