import { writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { outputOf } from './programs.ts';

/**
 * Writes the content of a folder as a gzipped tar archive. The same content and `epoch` give the same bytes, whoever owns
 * the files. Needs GNU tar.
 */
export function writeArchive(folder: string, file: string, epoch: number): void {
  const tar = outputOf('tar', [
    '--create',
    '--format=ustar',
    '--sort=name',
    `--mtime=@${epoch}`,
    '--owner=0',
    '--group=0',
    '--numeric-owner',
    '--mode=u=rwX,go=rX',
    `--directory=${folder}`,
    '.',
  ]);
  // Node writes no time and no name into the header of gzip.
  writeFileSync(file, gzipSync(tar, { level: 9 }));
}
