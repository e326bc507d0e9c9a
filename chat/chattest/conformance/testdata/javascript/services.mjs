// The services there are: one is enough, which may be any, also a real resource. The others behave in ways of their own.
export const connectionString = {
  plain: process.env.AZURE_COMMUNICATION_CONNECTION_STRING,
  documented: process.env.CONFORMANCE_DOCUMENTED, // writes errors as its contract says
  entra: process.env.CONFORMANCE_ENTRA, // knows the tokens of entra.mjs
  limited: process.env.CONFORMANCE_LIMITED, // answers 429 beyond the published rates
  faulty: process.env.CONFORMANCE_FAULTY, // fails now and then, see faults.mjs
};
