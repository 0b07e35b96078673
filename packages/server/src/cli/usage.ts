/** What `vestibule --help` prints. */
export const usage = `vestibule: a self-hosted customer-identity server

vestibule dev DIR...     serves the tenants in these folders while they are worked on
vestibule serve DIR...   serves them in production
vestibule check DIR...   says what is wrong with them, for pipelines
vestibule eject DIR FLOW writes a user flow as policy XML that runs identically
vestibule keys ACTION    list DIR, roll DIR [NAME], set DIR NAME, add-certificate DIR NAME FILE,
                         remove DIR NAME ID: signing keys and secrets, sealed in the database
vestibule connector test URL
                         asks an API what the server would ask it, case by case, and says what the
                         server would do with each answer and which rules it breaks; for pipelines
vestibule connector test [URL] --tenant DIR --profile ID
                         the same for the API behind a RESTful technical profile; URL stands in for
                         its ServiceUrl, or for the origin of it
vestibule connector schema ID --tenant DIR
                         JSON Schema of what the API behind this connector of the tenant is posted
vestibule connector mock FILE
                         plays an API by the rules of a file, for people who test flows
vestibule calls DIR [WORD...]
                         the newest calls of REST APIs in whose facts these words stand
vestibule calls DIR ID   one call: request, answer, tries, a verdict for each claim
vestibule notifications ACTION
                         list DIR, send-again DIR [ID], remove DIR ID: what APIs have still to be told
vestibule trust          tells how to trust the certificates of \`vestibule dev\`

--http-port N            port for http                         4480          VESTIBULE_HTTP_PORT
--https-port N           port for https                        4443 in dev   VESTIBULE_HTTPS_PORT
--host ADDRESS           address to listen at                  this machine  VESTIBULE_HOST
--public-host NAME       host name to answer for; repeatable   the tenants'  VESTIBULE_PUBLIC_HOST
--trusted-proxy ADDRESS  proxy whose X-Forwarded headers       none          VESTIBULE_TRUSTED_PROXY
                         count; address or range; repeatable
--private-host NAME      host of page templates or identity     none          VESTIBULE_PRIVATE_HOST
                         providers in a private network; repeatable
--allow-network RANGE    loopback or private network of APIs    none          VESTIBULE_ALLOW_NETWORK
                         in production, also TENANT=RANGE; repeatable
--proxy URL              HTTP proxy to public addresses        none          VESTIBULE_PROXY
--database URL           postgres://... or a SQLite file       in data-dir   VESTIBULE_DATABASE
--data-dir DIR           where everything that is kept lies    .vestibule    VESTIBULE_DATA_DIR
--smtp URL               smtp://user:password@host:port        an outbox     VESTIBULE_SMTP
--mail-from ADDRESS      sender of mails                       per tenant    VESTIBULE_MAIL_FROM
--phone-webhook URL      https://... that texts and calls       an outbox     VESTIBULE_PHONE_WEBHOOK
--phone-webhook-secret S base64; signs what goes to it                       VESTIBULE_PHONE_WEBHOOK_SECRET
--tls-certificate FILE   certificate chain for https (serve)                 VESTIBULE_TLS_CERTIFICATE
--tls-key FILE           its private key (serve)                             VESTIBULE_TLS_KEY
--workers N              threads that share the ports          cores         VESTIBULE_WORKERS
                         (serve)
--visitor-limits FACTOR  of how often one address may ask,     1, off in dev VESTIBULE_VISITOR_LIMITS
                         or off (serve)
--keep-calls TIME        how long calls of REST APIs are kept: 12h,  1d            VESTIBULE_KEEP_CALLS
                         7d, 90d at most; 0 = not at all
--metrics-port N         port for Prometheus metrics            none          VESTIBULE_METRICS_PORT
--metrics-host ADDRESS   address that it listens at             this machine  VESTIBULE_METRICS_HOST
--log-level LEVEL        trace, debug, info, warn, error       warn in dev   VESTIBULE_LOG_LEVEL

For \`vestibule connector test\`:
--step STEP              PostFederationSignup, PostAttributeCollection,      all three
                         PreTokenIssuance; repeatable
--auth HOW               basic:USER:PASSWORD, header:NAME:KEY,               none   VESTIBULE_CONNECTOR_AUTH
                         certificate:FILE; a secret may be env:NAME
--signing-key KEY        signs requests with this shared key, or env:NAME    none   VESTIBULE_CONNECTOR_SIGNING_KEY
--attribute NAME[:TYPE]  custom attribute of the tenant: string, int64, boolean, json; repeatable
--tenant DIR             takes attributes and their application id from this tenant
--connector ID           with --tenant: sends this connector's template and JSON claims
--template FILE          a JSON file with the form of the request's body
--claim NAME=VALUE       value that this attribute has in every case; repeatable
--refused NAME=VALUE     the API must refuse a person with this value; repeatable
--preset NAME            time-outs and tries: seed, b2c-2025, strict,        seed
                         resilient
--profile ID             RESTful technical profile of a custom policy of the tenant: it says what is sent
--policy ID              the policy, where several call the profile
--key CONTAINER=SECRET   policy key that is not stored: a secret, env:NAME or file:CERTIFICATE; repeatable
--strict                 warnings fail, too
--json FILE              writes the report; - is the standard output
--junit FILE             writes the report for build servers

For \`vestibule calls\`:
--limit N                calls shown at most                                 20
--answer FILE            with ID: what would the flow do with this answer?
--status N               its HTTP status                                     200
--help, --version

Where an option and its variable are both given, the option counts.
`;
