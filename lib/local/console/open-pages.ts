/** A page that anybody on this machine may read without a link: for programs that have none, and so without any secret. */
type OpenPage = { readonly status: number; readonly contentType: string; readonly body: string };

/** Such pages by their path. */
export type OpenPages = Readonly<Record<string, () => Promise<OpenPage>>>;
