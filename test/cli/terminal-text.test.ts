/** Control characters of workflows, answers, people and file names never reach a terminal, whichever command shows them. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createPaint } from '../../src/cli/paint.ts'
import { toPrintable, toVisibleJson, widthOf } from '../../src/cli/printable.ts'
import { toTerminalText } from '../../src/cli/terminal-text.ts'
import { REPOSITORY_FOLDER } from '../support/child-process.ts'
import { type CliProject, createCliProject } from '../support/cli-project.ts'
import { readCliOutput } from '../support/in-process-cli.ts'

const test = suite('text for a terminal')

/** SGR, OSC 52 (writes the clipboard), OSC without an end, DCS, C1 forms of CSI and OSC, backspace, carriage return, bidi. */
const HOSTILE =
  '\x1b[31m \x1b]52;c;ZXZpbA==\x07 \x1bP1$r\x1b\\ \x9b2J \x9d0;title\x9c \b \x7f \u202egnp.exe \u2066 \u061c \ufdd0 \x1b]0;cut'

// biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern looks for them.
const RAW = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f\ufdd0-\ufdef]/

test('controls become visible, and swallow nothing of the text around them', () => {
  const text = toTerminalText(`before ${HOSTILE} after\n\tnext\n`, false)
  assert.not.match(text, RAW)
  assert.match(text, /^before \\x1b\[31m .*\\x1b\]0;cut after\n\tnext\n$/)
})

test('colours of our own stay, take no cells, and can not be ordered by a text that is made printable', () => {
  const { red, bold } = createPaint(true)
  const painted = `${bold('a')} ${red('bc')}`
  assert.is(toTerminalText(painted, true), '\x1b[1ma\x1b[22m \x1b[31mbc\x1b[39m')
  assert.is(widthOf(painted), 4)
  assert.is(toPrintable(painted), 'a bc')
  assert.not.match(toTerminalText(HOSTILE, true).replaceAll('\x1b[1m', ''), RAW)
})

test('JSON has controls as escapes, and the same value', () => {
  const value = { text: HOSTILE, 'key\x9b': '\x7f\u202e' }
  const text = toVisibleJson(JSON.stringify(value, null, 2))
  assert.not.match(text, RAW)
  assert.equal(JSON.parse(text), value)
})

const yaml = toVisibleJson(JSON.stringify(HOSTILE))

const FILES = {
  'asks.yaml': `workflow: asks
description: ${yaml}
input: { text: { type: string, description: ${yaml} } }
steps:
  - id: first
    description: ${yaml}
    set: { said: "input.text" }
  - id: told
    emit: order.told
    with: { said: "\${steps.first.output.said}" }
  - id: ask
    approve:
      title: "\${steps.first.output.said}"
      show: "\${steps.first.output.said}"
      by: [ann, "ann${yaml.slice(1, -1)}"]
    timeout: 4h
  - id: give_up
    fail: { code: no_luck, message: "\${steps.first.output.said}" }
output: { said: steps.first.output.said }
`,
  [`bad ${HOSTILE.replaceAll('/', '')}.yaml`]: 'workflow: bad\n',
  'broken.yaml': `workflow: broken\nsteps:\n  - { id: a, sett: ${yaml}, ${yaml}: 1 }\n`,
}

/** A run that waits for a decision: its process was killed. */
const leaveAsking = async (project: CliProject): Promise<void> => {
  const running = project.start(['run', 'asks.yaml', '--input', `text=${HOSTILE}`], { timeoutMs: 120_000 })
  await running.waitFor('troupe approvals approve')
  running.kill('SIGKILL')
  await running.done
  assert.not.match(running.output().stderr, RAW)
}

const badFile = Object.keys(FILES)[1] ?? ''

const COMMANDS: string[][] = [
  ['approvals', 'list'],
  ['approvals', 'list', '--json'],
  ['approvals', 'show', 'last'],
  ['runs'],
  ['approvals', 'approve', 'last', '--by', HOSTILE],
  ['approvals', 'approve', 'last', '--by', `ann${HOSTILE}`, '--comment', HOSTILE],
  ['resume', 'last'],
  ['runs', '--workflow', HOSTILE],
  ['runs', '--json'],
  ['trace', 'last'],
  ['trace', 'last', '--json'],
  ['trace', HOSTILE],
  ['events'],
  ['events', '--json'],
  ['failed'],
  ['fork', 'last', '--from', 'give_up'],
  ['diff', 'last', HOSTILE],
  ['run', 'asks.yaml', '--input', `${HOSTILE}=1`],
  ['run', HOSTILE],
  [HOSTILE],
  ['validate', 'asks.yaml', badFile, 'broken.yaml'],
  ['validate', 'broken.yaml', '--json'],
  ['plan', 'asks.yaml'],
  ['simulate', 'asks.yaml', '--paths'],
  ['graph', 'asks.yaml', '--format', 'dot'],
  ['graph', 'asks.yaml', '--format', 'mermaid'],
  ['graph', 'asks.yaml', '--format', 'svg'],
  ['graph', 'asks.yaml', '--format', 'xstate'],
  ['doctor', badFile],
  ['explain', HOSTILE],
  ['--config', HOSTILE, 'runs', '--debug'],
  ['--db', HOSTILE, 'trace', 'last'],
]

test('no command writes a raw control, whatever a workflow, its input and the people who answer hold', async () => {
  const project = createCliProject(FILES)
  await leaveAsking(project)
  for (const args of COMMANDS) {
    const { stdout, stderr } = await readCliOutput(args, project.path)
    const text = stdout + stderr
    assert.not.match(text, RAW, `troupe ${JSON.stringify(args)} writes ${JSON.stringify(RAW.exec(text)?.[0])}`)
    assert.ok(text !== '', `troupe ${JSON.stringify(args)} writes nothing`)
  }
})

test('nothing but a channel, the report of errors and the program itself writes to the streams of the process', () => {
  const folder = join(REPOSITORY_FOLDER, 'src/cli')
  const writing = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .filter((name) => /process\.(stdout|stderr)\.write|console\./.test(readFileSync(join(folder, name), 'utf8')))
  assert.equal(writing.sort(), ['main.ts', 'report-error.ts'])
})

test.run()
