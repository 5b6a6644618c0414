import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createPaint, wantsColor } from '../../src/cli/paint.ts'
import { toTerminalText } from '../../src/cli/terminal-text.ts'

const test = suite('paint')

const CASES: [options: { isTerminal: boolean; flag: boolean }, environment: Record<string, string>, wants: boolean][] =
  [
    [{ isTerminal: true, flag: true }, {}, true],
    [{ isTerminal: false, flag: true }, {}, false],
    [{ isTerminal: true, flag: false }, { FORCE_COLOR: '1' }, false],
    [{ isTerminal: true, flag: true }, { NO_COLOR: '1' }, false],
    [{ isTerminal: true, flag: true }, { NO_COLOR: '' }, true],
    [{ isTerminal: false, flag: true }, { FORCE_COLOR: '1' }, true],
    [{ isTerminal: true, flag: true }, { FORCE_COLOR: '0' }, false],
    [{ isTerminal: true, flag: true }, { TERM: 'dumb' }, false],
  ]

for (const [options, environment, wants] of CASES)
  test(`${JSON.stringify(options)} with ${JSON.stringify(environment)}: ${wants ? 'colours' : 'none'}`, () => {
    assert.is(wantsColor(options, environment), wants)
  })

test('without colours nothing is added', () => {
  assert.is(createPaint(false).red('x'), 'x')
  assert.is(toTerminalText(createPaint(true).red('x'), true), '\x1b[31mx\x1b[39m')
})

test.run()
