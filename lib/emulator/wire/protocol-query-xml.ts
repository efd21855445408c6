/**
 * Writes a plain object as the XML of an AWS Query answer: lists as `<member>`, the map named `Attributes` as `<entry>` of key and value
 * (smithy.io, "AWS Query protocol": response serialization). Undefined members are left out.
 */
export const toXml = (content: Record<string, unknown>): string =>
  Object.entries(content)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `<${name}>${inner(name, value)}</${name}>`)
    .join('');

const inner = (name: string, value: unknown): string => {
  if (Array.isArray(value)) return value.map((member) => `<member>${inner('member', member)}</member>`).join('');
  if (typeof value !== 'object' || value === null) return escapeXml(String(value));
  if (name !== 'Attributes') return toXml({ ...value });
  return Object.entries(value)
    .map(([key, text]) => `<entry><key>${escapeXml(key)}</key><value>${escapeXml(String(text))}</value></entry>`)
    .join('');
};

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };

const escapeXml = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
