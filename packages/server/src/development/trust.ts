/** How to trust the development certificate authority: one line for each kind of program, for a terminal. */
export function trustInstructions(
  authorityFile: string,
  platform: NodeJS.Platform = process.platform,
): readonly string[] {
  const file = quoted(authorityFile, platform);
  return [...forBrowsers(file, platform), ...forNode(file, platform)];
}

function forBrowsers(file: string, platform: NodeJS.Platform): readonly string[] {
  switch (platform) {
    case "darwin":
      return [
        "Safari, Chrome, Edge:",
        `  security add-trusted-cert -r trustRoot -k ~/Library/Keychains/login.keychain-db ${file}`,
        "Firefox: reads the same keychain.",
      ];
    case "win32":
      return ["Chrome, Edge:", `  certutil -user -addstore Root ${file}`, "Firefox: reads the same store."];
    default:
      return [
        "The system, curl, Python (Debian, Ubuntu):",
        `  sudo cp ${file} /usr/local/share/ca-certificates/vestibule.crt && sudo update-ca-certificates`,
        "The system (Fedora, Red Hat):",
        `  sudo trust anchor ${file}`,
        "Chrome, Chromium, Edge (certutil is in the package libnss3-tools or nss-tools):",
        `  mkdir -p ~/.pki/nssdb && certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n Vestibule -i ${file}`,
        "Firefox: Settings, Privacy & Security, View Certificates, Authorities, Import:",
        `  ${file}`,
      ];
  }
}

function forNode(file: string, platform: NodeJS.Platform): readonly string[] {
  return [
    "Node.js, before it starts (MSAL Node, openid-client, your own server):",
    platform === "win32"
      ? `  set NODE_EXTRA_CA_CERTS=${file.replaceAll('"', "")}`
      : `  export NODE_EXTRA_CA_CERTS=${file}`,
  ];
}

function quoted(file: string, platform: NodeJS.Platform): string {
  if (!/[^\w./\\:-]/.test(file)) return file;
  return platform === "win32" ? `"${file}"` : `'${file.replaceAll("'", "'\\''")}'`;
}
