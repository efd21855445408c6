/**
 * The HTTP status that the policy check answers to a credential, asked as a kit asks about a client request. With more than
 * one try a 5xx (a machine under load) says nothing, and is asked again.
 */
export const statusFor = async (serviceUrl: string, credential: string, tries = 1): Promise<number> => {
  const response = await fetch(`${serviceUrl}/sideband/request`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'client-token': credential },
    body: JSON.stringify({
      method: 'GET',
      url: 'https://api.example.com/',
      http_version: '1.1',
      headers: [],
      source_ip: '192.0.2.1',
      source_port: 1,
    }),
  });
  await response.body?.cancel();
  return response.status >= 500 && tries > 1 ? statusFor(serviceUrl, credential, tries - 1) : response.status;
};
