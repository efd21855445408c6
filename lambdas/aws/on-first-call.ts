/** An SDK that is loaded with the first call, and one client of it: most deployments have no kit that needs it. */
export const onFirstCall = <Sdk, Client>(load: () => Promise<Sdk>, open: (sdk: Sdk) => Client) => {
  let opened: Promise<{ readonly sdk: Sdk; readonly client: Client }> | undefined;
  return (): Promise<{ readonly sdk: Sdk; readonly client: Client }> => {
    opened ??= load().then((sdk) => ({ sdk, client: open(sdk) }));
    return opened;
  };
};
