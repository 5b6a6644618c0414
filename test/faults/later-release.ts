/** Builds a release that follows this one: its schema has one more column, and it writes journals that this one can't read. */
import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SCHEMA_VERSION } from '../../src/store/postgres/schema-version.ts'
import { REPOSITORY_FOLDER, runProcess } from '../support/child-process.ts'
import type { TempFolder } from '../support/temp-folder.ts'

/** The column of `run` that its migration adds. */
export const EXTRA_COLUMN = 'extra'

const LATER = SCHEMA_VERSION + 1

const MIGRATION = `{
    name: '${String(LATER).padStart(4, '0')}-extra',
    statements: ['alter table run add column ${EXTRA_COLUMN} text'],
    readableFrom: ${SCHEMA_VERSION},
  },`

const CHANGES: readonly [file: string, from: RegExp, to: string][] = [
  ['src/store/postgres/schema-version.ts', /SCHEMA_VERSION = \d+/, `SCHEMA_VERSION = ${LATER}`],
  ['src/store/postgres/migrations.ts', /\n\]\n$/, `\n  ${MIGRATION}\n]\n`],
  ['src/compiler/lower.ts', /LOWERING_VERSION = (\d+)/, 'LOWERING_VERSION = $1 + 1'],
]

/** Returns the path of its command line. */
export const buildLaterRelease = async (folder: TempFolder): Promise<string> => {
  for (const part of ['src', 'build', 'package.json', 'tsconfig.json', 'LICENSE'])
    cpSync(join(REPOSITORY_FOLDER, part), folder.resolve(part), { recursive: true })
  symlinkSync(join(REPOSITORY_FOLDER, 'node_modules'), folder.resolve('node_modules'))
  for (const [file, from, to] of CHANGES) {
    const text = readFileSync(folder.resolve(file), 'utf8')
    if (!from.test(text)) throw new Error(`${file} has no ${from}`)
    writeFileSync(folder.resolve(file), text.replace(from, to))
  }
  const built = await runProcess([process.execPath, 'build/build.ts'], { cwd: folder.path, timeoutMs: 120_000 })
  if (built.exitCode !== 0) throw new Error(built.stdout + built.stderr)
  return folder.resolve('dist/cli.js')
}
