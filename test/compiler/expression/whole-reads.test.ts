import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { findWholeReads } from '../../../src/compiler/expression/whole-reads.ts'

const test = suite('whole reads')

const CASES: readonly [text: string, reads: string[]][] = [
  ['steps.a.output', ['a']],
  ['steps.a.output.left', ['a.left']],
  ["steps.a.output['left']", ['a.left']],
  ['steps.a.output[0]', ['a']],
  ['[steps.a.output, {"b": steps.b.output}]', ['a', 'b']],
  ['input.n > 1 ? steps.a.output : steps.b.output.c', ['a', 'b.c']],
  ['steps.?a.?output', ['a']],
  // A field deeper inside is an error by itself where its object may be null.
  ['steps.a.output.left.text', []],
  ['steps.?a.?output.orValue(null)', []],
  ['steps.a.output == null', []],
  ['size(steps.a.output)', []],
  ['steps.a.output.map(one, one)', []],
  ['steps.a.status', []],
  ['input.output', []],
  ['steps.a.output +', []],
]

for (const [text, reads] of CASES)
  test(`${text} passes on ${reads.join(' and ') || 'no whole output'}`, () =>
    assert.equal(
      findWholeReads(text).map(({ step, field }) => (field === undefined ? step : `${step}.${field}`)),
      reads,
    ))

test.run()
