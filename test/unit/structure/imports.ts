import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

/** One relative import. */
export interface Import {
  /** The imported file, relative to the scanned folder: begins with `..` where it lies outside of it. */
  readonly to: string;
}

/** The source files below a folder of the project, and what each imports by a relative path and by a package's name. */
export function readImports(folder: string): {
  readonly files: readonly string[];
  readonly imports: ReadonlyMap<string, readonly Import[]>;
  /** `zod`, `@peculiar/x509`, `node:fs`: without the path inside of the package. */
  readonly packages: ReadonlyMap<string, readonly string[]>;
} {
  const root = join(import.meta.dirname, '../../..', folder);
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  const imports = new Map(
    files.map((file) => {
      const text = readFileSync(join(root, file), 'utf8');
      const found = [
        ...text.matchAll(/\bfrom\s+'(?<to>\.{1,2}\/[^']+)'|\bimport\(\s*'(?<lazy>\.{1,2}\/[^']+)'/g),
      ];
      return [
        file,
        found.map(({ groups }) => ({
          to: normalize(join(dirname(file), groups?.['to'] ?? groups?.['lazy'] ?? '')),
        })),
      ];
    }),
  );
  const packages = new Map(
    files.map((file) => {
      const text = readFileSync(join(root, file), 'utf8');
      const found = text.matchAll(
        /(?:^import|\bfrom|\bimport\()\s*'(?<name>(?:@[^'/]+\/)?[^'./@][^'/]*)(?:\/[^']*)?'/gm,
      );
      return [file, [...found].map(({ groups }) => groups?.['name'] ?? '')];
    }),
  );
  return { files, imports, packages };
}
