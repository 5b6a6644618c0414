import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { ExpressionText, ValueNode } from '../../../src/compiler/document.ts'
import { readText } from '../../support/read-text.ts'

/** The parts of the prompt that are expressions, each with the source's text at the place of each of its letters. */
const readPrompt = (scalar: string): { text: string; letters: string }[] => {
  const source = `workflow: a\nsteps:\n  - id: a\n    llm: m\n    prompt: ${scalar}\n`
  const { workflow, found } = readText(source)
  assert.equal(found, [])
  const step = workflow?.steps[0]
  return expressionsOf(step?.kind === 'llm' ? step.prompt : undefined).map(({ text, toOffset, range }) => {
    assert.is(range.start, toOffset(0))
    return { text, letters: [...text].map((_, index) => source[toOffset(index)]).join('') }
  })
}

const expressionsOf = (value: ValueNode | undefined): ExpressionText[] => {
  if (value?.kind === 'expression') return [value.expression]
  return value?.kind === 'template' ? value.parts.filter((part) => typeof part === 'object') : []
}

const test = suite('scalar offsets')

const SCALARS: Record<string, string> = {
  plain: 'Say ${alpha + beta} and ${gamma}',
  'plain on several lines': 'Say this\n      and ${alpha +\n        beta}\n\n      and ${gamma}',
  'single quotes': "'It''s ${alpha + beta} and it''s ${gamma}'",
  'single quotes on several lines': "'It''s\n      ${alpha +\n      beta} and ''${gamma}'",
  'double quotes with escapes': '"\\tSay \\"\\u00e9\\x41\\U0001F600\\" ${alpha + beta}\\n\\\\ ${gamma}"',
  'double quotes with escaped line breaks': '"Say \\\n      ${alpha \\\n      + beta}   \n\n      ${gamma}"',
  'a literal block': '|\n      Say "this"\n        ${alpha + beta}\n\n      ${gamma}',
  'a literal block with indentation indicator': '|2-\n        Say\n      ${alpha + beta} ${gamma}',
  'a folded block': '>-\n      Say this\n      and that ${alpha +\n      beta}\n\n        more ${gamma}\n      end',
  'a folded block with blanks at line ends': '>\n      Say this \n      and ${alpha + beta} \n      and ${gamma}\n',
}

for (const [style, scalar] of Object.entries(SCALARS)) {
  test(`in ${style}, each letter of an expression stands where it is written`, () => {
    const expressions = readPrompt(scalar)
    const letters = expressions.map((expression) => expression.letters.replace(/\s+/g, ' '))
    assert.equal(
      expressions.map(({ text }) => text.replace(/\s+/g, ' ')),
      ['alpha + beta', 'gamma'],
    )
    assert.equal(
      letters.map((text) => text.replace(/[\s\\]/g, '')),
      ['alpha+beta', 'gamma'],
    )
  })
}

test('in any text in double quotes, each letter of an expression stands where it is written', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 30 }), (noise) => {
      const before = noise.replaceAll('$', '')
      const [expression] = readPrompt(JSON.stringify(`${before} \${alpha}`))
      assert.is(expression?.letters, 'alpha')
    }),
    { numRuns: 200 },
  )
})

test.run()
