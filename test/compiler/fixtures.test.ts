/**
 * Golden cases: each folder of test/fixtures/workflows holds a workflow and what the compiler says about it, exactly as
 * a user sees it. `UPDATE_FIXTURES=1` writes what it says now; read the difference before it is committed.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createCatalogue } from '../../src/app/catalogue.ts'
import { createLinkReader } from '../../src/app/project/linked-files.ts'
import { compile } from '../../src/compiler/compile.ts'
import { type Diagnostic, formatDiagnostic } from '../../src/compiler/diagnostic.ts'
import { DIAGNOSTIC_CODES } from '../../src/compiler/diagnostic-codes.ts'
import { proveWorkflow } from '../../src/compiler/prove.ts'
import { decodeSource } from '../../src/compiler/read.ts'
import type { Source } from '../../src/compiler/source.ts'

const FOLDER = new URL('../fixtures/workflows/', import.meta.url)
const cases = readdirSync(FOLDER, { withFileTypes: true }).filter((entry) => entry.isDirectory())
const catalogue = createCatalogue()

/** A workflow that says so on its first line is checked as with `validate --strict`. */
const compileFully = (source: Source, folder: string): Diagnostic[] => {
  const prover = source.text.startsWith('# strict') ? proveWorkflow : undefined
  const compilation = compile(source, { catalogue, links: createLinkReader(folder), prover })
  return [...compilation.diagnostics, ...(compilation.proofs?.findings ?? [])]
}

/** All findings about the bytes of a file, as the command line prints them. */
const diagnose = (folder: string, bytes: Uint8Array): string => {
  const { source, diagnostics } = decodeSource('workflow.yaml', bytes)
  const found = diagnostics.hasErrors ? diagnostics.toList() : compileFully(source, folder)
  return found.map((diagnostic) => `${formatDiagnostic(diagnostic, source)}\n`).join('')
}

const test = suite('workflow fixtures')

for (const { name } of cases) {
  test(name.replaceAll('-', ' '), () => {
    const expectedFile = new URL(`${name}/diagnostics.txt`, FOLDER)
    const found = diagnose(fileURLToPath(new URL(name, FOLDER)), readFileSync(new URL(`${name}/workflow.yaml`, FOLDER)))
    if (process.env.UPDATE_FIXTURES === '1') writeFileSync(expectedFile, found)
    assert.ok(existsSync(expectedFile), `${name} has no diagnostics.txt: write it with UPDATE_FIXTURES=1`)
    assert.fixture(
      found,
      readFileSync(expectedFile, 'utf8'),
      `${name}: other diagnostics than in the file; if they are right, write it with UPDATE_FIXTURES=1`,
    )
  })
}

test('every diagnostic code has a fixture', () => {
  const texts = cases.map(({ name }) => readFileSync(new URL(`${name}/diagnostics.txt`, FOLDER), 'utf8')).join('\n')
  const missing = DIAGNOSTIC_CODES.filter((code) => !texts.includes(`[${code}]: `))
  assert.equal(missing, [])
})

test.run()
