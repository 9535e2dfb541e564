/** The restrictions of deploy/base/deployment.yaml as options of `docker run`. */
export const RESTRICTED: readonly string[] = [
  '--read-only',
  '--user=65532:65532',
  '--cap-drop=ALL',
  '--security-opt=no-new-privileges',
  '--pids-limit=64',
];
