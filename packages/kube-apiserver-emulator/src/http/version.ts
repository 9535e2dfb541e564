/** The document of `/version`. The suffix marks this server as not being Kubernetes. */
export const versionDocument = {
  major: '1',
  minor: '33',
  gitVersion: 'v1.33.0-embedded',
  gitCommit: 'embedded',
  gitTreeState: 'clean',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: 'none',
  compiler: 'none',
  platform: `${process.platform}/${process.arch}`,
} as const;
