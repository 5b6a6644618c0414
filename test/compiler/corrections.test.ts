/**
 * Each hint with a fix is applied to its workflow, and the result is compiled: the finding is gone, and the corrected lines
 * have no error that was not there before.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createCatalogue } from '../../src/app/catalogue.ts'
import { createLinkReader } from '../../src/app/project/linked-files.ts'
import { compile } from '../../src/compiler/compile.ts'
import type { Diagnostic } from '../../src/compiler/diagnostic.ts'
import { decodeSource } from '../../src/compiler/read.ts'
import { createSource } from '../../src/compiler/source.ts'
import { readExplanations } from '../../src/service/codes/read-explanations.ts'
import { applyFix } from '../support/apply-fix.ts'

const FOLDER = new URL('../fixtures/workflows/', import.meta.url)
const catalogue = createCatalogue()

interface Case {
  name: string
  text: string
  /** Folder of the workflows and scripts that it names. */
  folder: string
}

const fixtures = readdirSync(FOLDER).flatMap((name): Case[] => {
  const file = new URL(`${name}/workflow.yaml`, FOLDER)
  if (!existsSync(file)) return []
  const { source, diagnostics } = decodeSource('workflow.yaml', readFileSync(file))
  return diagnostics.hasErrors ? [] : [{ name, text: source.text, folder: fileURLToPath(new URL(name, FOLDER)) }]
})

const examples = [...readExplanations('diagnostics.md').values()].flatMap(({ code, example }): Case[] =>
  example === undefined ? [] : [{ name: `the example of ${code}`, text: example, folder: fileURLToPath(FOLDER) }],
)

const diagnose = (text: string, folder: string): Diagnostic[] =>
  compile(createSource('workflow.yaml', text), { catalogue, links: createLinkReader(folder) }).diagnostics

/** Findings of the author's own text, which the corrected one hid until then: each has a hint of its own, or none is possible. */
const UNCOVERED = [
  "'max' gets 2 arguments",
  "'5' can't be read",
  "'with' is missing",
  "'wait' has the wrong shape",
  "'prompt' or 'messages' is missing",
]

const identify = ({ code, message }: Diagnostic): string => `${code}: ${message}`

const test = suite('corrections')
let applied = 0

for (const { name, text, folder } of [...fixtures, ...examples]) {
  const found = diagnose(text, folder)
  const before = new Set(found.map(identify))
  for (const finding of found) {
    const { fix, line, hint } = finding
    if (fix === null) continue
    applied++
    test(`${name}, line ${line}: "${hint}" is the correction`, () => {
      const corrected = applyFix(text, fix)
      const after = diagnose(corrected.text, folder)
      const count = (all: Diagnostic[]): number => all.filter((one) => identify(one) === identify(finding)).length
      assert.ok(count(after) < count(found), `${identify(finding)} is still there:\n${corrected.text}`)
      const { start, end } = corrected.lines
      const added = after.filter((one) => one.severity === 'error' && one.line >= start && one.line < end)
      const isUncovered = ({ message }: Diagnostic): boolean => UNCOVERED.some((start) => message.startsWith(start))
      const others = added.filter((one) => !isUncovered(one)).map(identify)
      assert.equal(
        others.filter((one) => !before.has(one)),
        [],
        corrected.text,
      )
    })
  }
}

test('hints are applied', () => {
  console.log(`hints applied: ${applied}`)
  assert.ok(applied > 0)
})

test.run()
