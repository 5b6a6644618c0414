/** A new kind of step needs its own file and a line of the table: tried on a copy of src/, with a kind that is made up. */
import { execFile } from 'node:child_process'
import { cpSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createTempFolder } from '../support/temp-folder.ts'

const NAP = `import { NOTHING } from '../check/known-types.ts'
import type { StepCommon } from '../document.ts'
import { defineGrammar } from '../grammar/kind-grammar.ts'
import type { Fields, RecordOf } from '../grammar/record-shape.ts'
import { duration } from '../grammar/scalar-shape.ts'
import { lowerPause } from '../lower/leaf.ts'
import type { StepDescriptor } from './step-descriptor.ts'
import { durationText } from './wording.ts'

const FIELDS = {
  length: { key: 'nap', shape: duration, doc: 'How long.', required: true },
} as const satisfies Fields

export interface NapStep extends StepCommon, RecordOf<typeof FIELDS> {
  kind: 'nap'
}

declare module '../document.ts' {
  interface StepKinds {
    nap: NapStep
  }
}

export const nap: StepDescriptor<'nap'> = {
  grammar: defineGrammar({ owner: 'a nap step', doc: 'A short pause.', fields: FIELDS, foreign: ['doze'] }),
  check({ length: { value, range } }, _, { diagnostics }) {
    if (value > 60_000) diagnostics.error('wrong_shape', range, 'a nap takes a minute at most')
  },
  outputType: () => NOTHING,
  lower: lowerPause,
  start: () => undefined,
  enter: ({ length }) => () => ({ kind: 'wait', delayMs: length.value }),
  chart: { icon: 'wait', describe: ({ length }) => \`nap for \${durationText(length.value)}\` },
}
`

const rest = (step: string): string => `workflow: rest
steps:
  - id: doze
    ${step}
  - id: done
    set: { state: steps.doze.status }
`

const repository = fileURLToPath(new URL('../..', import.meta.url))

const TABLE = 'src/compiler/steps/step-kinds.ts'

const copySource = () => {
  const folder = createTempFolder({
    'tsconfig.json': JSON.stringify({
      extends: join(repository, 'tsconfig.json'),
      compilerOptions: { paths: {} },
      include: ['src'],
    }),
    'good.yaml': rest('nap: 20ms'),
    'long.yaml': rest('nap: 2h'),
    'foreign.yaml': rest('doze: 20ms'),
  })
  for (const name of ['src', 'package.json']) cpSync(join(repository, name), folder.resolve(name), { recursive: true })
  symlinkSync(join(repository, 'node_modules'), folder.resolve('node_modules'))
  return folder
}

const folder = copySource()

const run = async (program: string, ...args: string[]): Promise<{ code: number; text: string }> => {
  const { code, stdout, stderr } = await promisify(execFile)(program, args, { cwd: folder.path }).then(
    (streams) => ({ ...streams, code: 0 }),
    (failed: { code: number; stdout: string; stderr: string }) => failed,
  )
  return { code, text: stdout + stderr }
}

const troupe = (...args: string[]) => run(process.execPath, 'src/cli/main.ts', ...args)
const checkTypes = () => run('node_modules/.bin/tsc', '--noEmit')

const addLine = (): void => {
  const table = folder.read(TABLE)
  const entry = table.replace('  do: doBlock,\n', '  do: doBlock,\n  nap,\n')
  folder.write(TABLE, `import { nap } from './nap.ts'\n${entry}`)
}

const test = suite('a new kind of step')

test('without its line in the table, tsc names the kind that is missing', async () => {
  folder.write('src/compiler/steps/nap.ts', NAP)
  const { code, text } = await checkTypes()
  assert.is.not(code, 0)
  assert.match(text, /^src\/compiler\/steps\/step-kinds\.ts.*Property 'nap' is missing/)
  assert.is(text.match(/error TS/g)?.length, 1)
})

test('with its line the types fit', async () => {
  addLine()
  assert.equal(await checkTypes(), { code: 0, text: '' })
})

test('it is read and checked', async () => {
  assert.match((await troupe('validate', 'good.yaml')).text, /no errors/)
  assert.match((await troupe('validate', 'long.yaml')).text, /4:10: .*a nap takes a minute at most/)
  assert.match((await troupe('validate', 'foreign.yaml')).text, /did you mean 'nap'/)
})

test('it is drawn', async () => {
  assert.match((await troupe('graph', 'good.yaml')).text, /nap for 20ms/)
})

test('it is simulated', async () => {
  const { paths } = JSON.parse((await troupe('simulate', 'good.yaml', '--paths', '--json')).text)
  assert.equal(
    paths.map(({ outcomes, expect }: { outcomes: unknown; expect: { status: string } }) => [outcomes, expect.status]),
    [[[{ step: 'doze', timer: 'wait' }], 'completed']],
  )
})

test('it is run to its end', async () => {
  const { code, text } = await troupe('run', 'good.yaml', '--json')
  assert.is(code, 0)
  assert.equal(JSON.parse(text).output, { state: 'completed' })
})

test.run()
