/** The workflows whose pictures are tested: every example, the complete one of the language, and one with all that there is. */
import { globSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { createCatalogue } from '../../src/app/catalogue.ts'
import { createLinkReader } from '../../src/app/project/linked-files.ts'
import { type CompiledWorkflow, compile } from '../../src/compiler/compile.ts'
import { createSource } from '../../src/compiler/source.ts'
import { REPOSITORY_FOLDER } from '../support/child-process.ts'

export const WORKFLOW_FILES: readonly string[] = [
  ...globSync('examples/*.yaml', { cwd: REPOSITORY_FOLDER }).sort(),
  'test/fixtures/complete-example.yaml',
  'test/fixtures/charts/everything.yaml',
]

export const compileNamed = (file: string): CompiledWorkflow => {
  const path = join(REPOSITORY_FOLDER, file)
  const links = createLinkReader(dirname(path))
  const source = createSource(basename(file), readFileSync(path, 'utf8'))
  const { compiled, diagnostics } = compile(source, { catalogue: createCatalogue(), environment: [], links })
  if (compiled !== undefined) return compiled
  throw new Error(diagnostics.map(({ line, message }) => `${file}:${line} ${message}`).join('\n'))
}
