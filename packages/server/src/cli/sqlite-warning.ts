// Node 24 calls its SQLite experimental at every start. The decision to use it is ours, not the person's who starts the
// server, so that one warning is kept from the terminal; every other warning is printed as ever.
const listeners = process.listeners("warning");
process.removeAllListeners("warning");
process.on("warning", (warning) => {
  if (warning.name === "ExperimentalWarning" && warning.message.startsWith("SQLite ")) return;
  for (const listener of listeners) listener(warning);
});
