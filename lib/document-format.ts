/** What each document is that a command prints with --json, and which commands print it. */
export const documentNames = {
  status: 'status',
  watch: 'watch, a document a line',
  history: 'history',
  news: 'news',
  rotation: 'rotate of one gateway',
  rotations: 'rotate with --label',
  plan: 'plan',
  press: 'compromised',
  decision: 'every decision about a gateway, a credential or a kit',
  acknowledged: 'kits acknowledge with --owner or --label',
  applied: 'apply, kits add, kits remove',
  import: 'import',
  kits: 'kits list',
  'kits-import': 'kits import',
  'kit-test': 'kits test',
  'kits-check': 'kits check',
  'kit-fetch': 'kits fetch',
  'evidence-check': 'evidence with --verify',
  'evidence-key': 'evidence-key',
  restore: 'restore',
  error: 'every command that fails, with its exit code',
} as const;
export type DocumentName = keyof typeof documentNames;

/** The first member of such a document; a change that readers must know of is a new version. */
export const documentFormat = (name: DocumentName): string => `gateway-credential-rotation/${name}/v1`;
