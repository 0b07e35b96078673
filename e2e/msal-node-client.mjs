// An application as people write it with MSAL Node, in a process of its own: NODE_EXTRA_CA_CERTS is read when Node starts.
// It is driven by messages: { id, method, argument } is answered with { id, result } or { id, error }.
import { ConfidentialClientApplication, PublicClientApplication } from "@azure/msal-node";

const { auth } = JSON.parse(process.env.MSAL_CONFIGURATION ?? "{}");
const application = auth.clientSecret
  ? new ConfidentialClientApplication({ auth })
  : new PublicClientApplication({ auth });

const methods = {
  authCodeUrl: (request) => application.getAuthCodeUrl(request),
  byCode: (request) => application.acquireTokenByCode(request),
  async silent(request) {
    const [account] = await application.getTokenCache().getAllAccounts();
    return application.acquireTokenSilent({ ...request, account });
  },
  accounts: () => application.getTokenCache().getAllAccounts(),
};

process.on("message", async ({ id, method, argument }) => {
  try {
    process.send?.({ id, result: await methods[method](argument) });
  } catch (error) {
    process.send?.({ id, error: error instanceof Error ? error.message : String(error) });
  }
});
process.send?.({ id: 0, result: "ready" });
